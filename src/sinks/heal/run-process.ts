import type { SchedulerLike } from 'rxjs';
import type { HealEnd, HealProcess, HealRun, HealStarted } from './heal-sink.ts';
import { endedRun } from './heal-sink.ts';
import { outputTail } from './output-tail.ts';
import { processIdentity, signalGroup } from './process-identity.ts';

/**
 * How long after its exit a program's output is waited for, in milliseconds: a process it left behind may hold the
 * pipes.
 */
const PIPE_WAIT = 5_000;
/** Exit codes of a shell, `env` and `nice` for a program that is not executable (126) or not found (127). */
const BROKEN = new Set([126, 127]);

/** A program to be run; durations in milliseconds. */
export interface ProcessOptions {
  readonly effect: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** What it reads on its standard input. Default: nothing. */
  readonly input?: string;
  readonly timeout: number;
  readonly killGrace: number;
  readonly clock: SchedulerLike;
  readonly started: HealStarted;
  readonly mask: (text: string) => string;
  /** Reads a result from how it ended, where the exit code alone does not tell. */
  readonly interpret?: ((end: HealEnd) => HealEnd) | undefined;
}

/**
 * Runs a program without a shell in a process group of its own. When its time is up the group gets SIGTERM, and
 * SIGKILL once the grace is over if anything of it is left. A descendant that has left the group (`setsid`) outlives it;
 * none does where systemd runs the heal (`heal.runner: systemd-run`), which ends the whole control group.
 */
export function runProcess(options: ProcessOptions): Promise<HealRun> {
  const { clock, timeout, killGrace } = options;
  const [program = '', ...args] = options.argv;
  const tail = outputTail();
  let timedOut = false;
  let killed = false;

  return new Promise((resolve) => {
    const child = startChild(program, args, options);
    if (child instanceof Error) {
      resolve(endedRun(brokenEnd(child)));
      return;
    }
    const { pid } = child;
    const group = (signal: NodeJS.Signals | 0): boolean => pid !== undefined && signalGroup(pid, signal);
    // A program that does not read all of it is no fault.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.stdout.on('data', (chunk: Buffer) => tail.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => tail.write(chunk));

    const ended = new Promise<HealEnd>((settle) => {
      const timers = clock.schedule(() => {
        timedOut = true;
        group('SIGTERM');
        timers.add(
          clock.schedule(() => {
            killed = true;
            group('SIGKILL');
          }, killGrace),
        );
      }, timeout);
      const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
        const end = (): void => {
          timers.unsubscribe();
          child.stdout.destroy();
          child.stderr.destroy();
          const told = endOf(code, signal, timedOut, tail.text(options.mask));
          settle(options.interpret?.(told) ?? told);
        };
        const pipes = clock.schedule(() => whenGroupIsGone(end), PIPE_WAIT);
        child.once('close', () => {
          pipes.unsubscribe();
          whenGroupIsGone(end);
        });
      };
      // After a timeout the run ends when its whole group has ended or has been killed.
      const whenGroupIsGone = (then: () => void): void => {
        if (timedOut && !killed && group(0)) timers.add(clock.schedule(() => whenGroupIsGone(then), 100));
        else then();
      };
      child.once('exit', finish);
      child.once('error', (error) => {
        timers.unsubscribe();
        settle(brokenEnd(error));
      });
    });

    child.once('spawn', () => {
      if (pid !== undefined)
        options.started(describe(options.effect, pid, clock.now() + timeout + killGrace));
      resolve({ ended, kill: () => group('SIGKILL') });
    });
    child.once('error', () => resolve({ ended, kill: () => undefined }));
  });
}

function startChild(program: string, args: readonly string[], { env, cwd }: ProcessOptions) {
  // Loaded with the first heal: the settings name the heal actions, and most commands that read settings run nothing.
  const { spawn } = process.getBuiltinModule('node:child_process');
  try {
    return spawn(program, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function describe(effect: string, pid: number, deadline: number): HealProcess {
  const { startTime, bootId } = processIdentity(pid) ?? { startTime: '', bootId: '' };
  return { effect, pid, startTime, bootId, deadline };
}

function endOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  timedOut: boolean,
  output: string,
): HealEnd {
  const exit = code === null ? {} : { exitCode: code };
  const how = code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
  if (timedOut) return { result: 'timeout', detail: `ran out of time; ${how}`, output, ...exit };
  if (code !== null && BROKEN.has(code)) {
    return { result: 'broken', detail: `not found or not executable (${how})`, output, ...exit };
  }
  return { result: code === 0 ? 'ok' : 'failed', detail: how, output, ...exit };
}

function brokenEnd(error: Error): HealEnd {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return { result: 'broken', detail: `could not be started (${code})`, output: '' };
}
