import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pinned Node.js that runs this bench. */
export const NODE = process.execPath;
export const ROOT = join(import.meta.dirname, '..');
export const PROGRAM = join(ROOT, 'bin', 'quantum-realtime');
const REPORT_RSS = join(ROOT, 'test', 'support', 'report-rss.ts');

/** One run of a command from its start to its end. */
export interface Run {
  /** Seconds. */
  readonly wall: number;
  /** Bytes; 0 where it was not told. */
  readonly peak: number;
  readonly output: string;
}

/** Runs a command and waits for it. Rejects with what it said if it fails. */
export async function run(argv: readonly string[], { input = '' } = {}): Promise<Run> {
  const [command = '', ...args] = argv;
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${REPORT_RSS}` },
  });
  child.stdin?.end(input);
  const [output, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const wall = (performance.now() - began) / 1_000;
  if (child.exitCode !== 0 && child.exitCode !== 3) throw new Error(`${argv.join(' ')}: ${errors}`);
  const peak = Number(/peak RSS (\d+) MB/.exec(errors)?.[1] ?? 0) * 1024 * 1024;
  return { wall, peak, output };
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  if (stream !== null) for await (const chunk of stream) text += String(chunk);
  return text;
}

/** What the kernel has accounted to a process so far. */
export interface Usage {
  /** Seconds of one core. */
  readonly cpu: number;
  /** Resident memory in bytes, all of it and what is neither file nor shared. */
  readonly rss: number;
  readonly anon: number;
}

/** Clock ticks a second in /proc (`getconf CLK_TCK`): 100 on every Linux that Node.js runs on. */
const TICKS = 100;

/** Reads /proc. Throws if the process is gone. */
export function usageOf({ pid = 0 }: Pick<ChildProcess, 'pid'>): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS,
    rss: kilobytes('VmRSS') * 1024,
    anon: kilobytes('RssAnon') * 1024,
  };
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
