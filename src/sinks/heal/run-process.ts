import type { SchedulerLike } from 'rxjs';
import type { HealEnd, HealProcess, HealRun, HealStarted } from './heal-sink.ts';
import { endedRun } from './heal-sink.ts';
import { type LeftBehind, leftBehind, signalEach } from './left-behind.ts';
import { outputTail } from './output-tail.ts';
import { processIdentity, signalGroup } from './process-identity.ts';

/**
 * How long after its exit a program's output is waited for, in milliseconds: a process it left behind may hold the
 * pipes.
 */
const PIPE_WAIT = 5_000;
/** How long what was killed may take to be gone, in milliseconds: then it is not ours to kill, and said. */
const GONE_WITHIN = 2_000;
/** How often it is looked whether anything is left, in milliseconds. */
const LOOK_EVERY = 100;
/** Exit codes of a shell, `env` and `nice` for a program that is not executable (126) or not found (127). */
const BROKEN = new Set([126, 127]);

/** A program to be run; durations in milliseconds. */
export interface ProcessOptions {
  readonly effect: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /**
   * A variable of `env`, as `NAME=value`, that no other process has: by it what leaves the process group is found. Without
   * one the group is all that is ended.
   */
  readonly mark?: string;
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
 * SIGKILL once the grace is over if anything of it is left, and so does what has left the group (`setsid`) and bears the
 * mark. What is still alive after that is said. Where systemd runs the heal (`heal.runner: systemd-run`), it ends the
 * whole control group.
 */
export function runProcess(options: ProcessOptions): Promise<HealRun> {
  const { clock, timeout, killGrace } = options;
  const [program = '', ...args] = options.argv;
  const tail = outputTail();
  let timedOut = false;
  let killedAt = Infinity;

  return new Promise((resolve) => {
    const child = startChild(program, args, options);
    if (child instanceof Error) {
      resolve(endedRun(brokenEnd(child)));
      return;
    }
    const { pid } = child;
    const left = (): readonly LeftBehind[] =>
      timedOut && pid !== undefined ? leftBehind(pid, options.mark) : [];
    const end = (signal: NodeJS.Signals): void => {
      if (pid === undefined) return;
      signalGroup(pid, signal);
      signalEach(leftBehind(pid, options.mark), signal);
    };
    // A program that does not read all of it is no fault.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.stdout.on('data', (chunk: Buffer) => tail.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => tail.write(chunk));

    const ended = new Promise<HealEnd>((settle) => {
      const timers = clock.schedule(() => {
        timedOut = true;
        end('SIGTERM');
        timers.add(
          clock.schedule(() => {
            killedAt = clock.now();
            end('SIGKILL');
          }, killGrace),
        );
      }, timeout);
      const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
        const settled = (): void => {
          timers.unsubscribe();
          child.stdout.destroy();
          child.stderr.destroy();
          const told = endOf(code, signal, timedOut, tail.text(options.mask), left());
          settle(options.interpret?.(told) ?? told);
        };
        const pipes = clock.schedule(() => whenAllIsGone(settled), PIPE_WAIT);
        child.once('close', () => {
          pipes.unsubscribe();
          whenAllIsGone(settled);
        });
      };
      // After a timeout the run ends when all of it has ended; what is not gone soon after it was killed never will be.
      const whenAllIsGone = (then: () => void): void => {
        const isWaiting = timedOut && clock.now() < killedAt + GONE_WITHIN;
        if (isWaiting && left().length > 0) timers.add(clock.schedule(() => whenAllIsGone(then), LOOK_EVERY));
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
      resolve({ ended, kill: () => end('SIGKILL') });
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
  left: readonly LeftBehind[],
): HealEnd {
  const exit = code === null ? {} : { exitCode: code };
  const how = code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
  if (timedOut) {
    const alive = left.map(({ pid, command }) => `${command} (${pid})`).join(', ');
    const detail = `ran out of time; ${how}${alive === '' ? '' : `; still alive: ${alive}`}`;
    return { result: 'timeout', detail, output, ...exit };
  }
  if (code !== null && BROKEN.has(code)) {
    return { result: 'broken', detail: `not found or not executable (${how})`, output, ...exit };
  }
  return { result: code === 0 ? 'ok' : 'failed', detail: how, output, ...exit };
}

function brokenEnd(error: Error): HealEnd {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return { result: 'broken', detail: `could not be started (${code})`, output: '' };
}
