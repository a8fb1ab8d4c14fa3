import type { Effect, HealResult } from '../../model.ts';

/** How one run of a heal ended. `output` is its tail, bounded and free of secrets. */
export interface HealEnd {
  readonly result: HealResult;
  readonly detail: string;
  readonly output: string;
  readonly exitCode?: number;
}

/** A heal that has been started. `ended` never rejects. */
export interface HealRun {
  readonly ended: Promise<HealEnd>;
  /** Kills what still runs of it, at once. */
  kill(): void;
}

/**
 * The operating system's name for a running heal: enough to know it again after a crash, since a process id alone
 * is given out anew. `startTime` is field 22 of `/proc/<pid>/stat`; empty strings where the system has neither.
 */
export interface HealProcess {
  /** Id of the heal effect, which names its incident and attempt. */
  readonly effect: string;
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  /** When it will have used up its time, kill grace included (epoch milliseconds). */
  readonly deadline: number;
}

/**
 * Called synchronously as soon as a heal's process runs, before anything else: what it stores is how the process is
 * found again after a crash.
 */
export type HealStarted = (process: HealProcess) => void;

/** Starts heals, one at a time: the queue sees to that. */
export interface HealSink {
  /** Resolves once the heal runs, or once it is known that it cannot; never rejects. */
  start(effect: Effect, started: HealStarted): Promise<HealRun>;
  /**
   * Takes charge of a heal that an earlier process of ours started and that still runs; undefined if it does not.
   * It is waited for until its deadline and then killed; its result is `unknown` either way.
   */
  adopt(process: HealProcess): HealRun | undefined;
}

/** A run that ended as it began. */
export function endedRun(end: HealEnd): HealRun {
  return { ended: Promise.resolve(end), kill: () => undefined };
}
