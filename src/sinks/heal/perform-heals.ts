import type { SchedulerLike } from 'rxjs';
import type { Effect } from '../../model.ts';
import type { Log } from '../../log.ts';
import {
  endedRun,
  type HealEnd,
  type HealProcess,
  type HealRun,
  type HealSink,
  type HealStarted,
} from './heal-sink.ts';

/** The most heals that wait; a further one ends at once as failed. */
const WAITING_MAX = 16;

export interface PerformHealsOptions {
  readonly heal: HealSink | undefined;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly started: HealStarted;
  readonly ended: (effect: string, end: HealEnd) => void;
}

/** Heals: one at a time, each attempt at most once. */
export interface Heals {
  /** Queues a heal. The same effect again is ignored; when it can be started, `next` does so. */
  add(effect: Effect): void;
  /** Starts the oldest waiting heal unless one runs. Resolves once it runs, not once it has ended. */
  next(): Promise<void>;
  adopt(process: HealProcess): void;
  readonly ready: () => boolean;
  readonly running: () => string | undefined;
  readonly waiting: () => number;
  /** Resolves when no heal runs. */
  idle(): Promise<void>;
  clear(): void;
  kill(): void;
}

/** Heals over one sink. */
export function performHeals(options: PerformHealsOptions): Heals {
  const { heal, log, ended } = options;
  const seen = new Set<string>();
  const waiting: Effect[] = [];
  let current: { readonly effect: string; readonly run?: HealRun; readonly done: Promise<void> } | undefined;

  const started: HealStarted = (process) => {
    try {
      options.started(process);
    } catch (error) {
      log.error({ effect: process.effect, error: String(error) }, 'the running heal could not be recorded');
    }
  };

  function follow(effect: string, run: HealRun): void {
    const done = run.ended.catch(brokenBy).then((end) => {
      current = undefined;
      const level = end.result === 'ok' || end.result === 'dry-run' ? 'info' : 'warn';
      log[level]({ effect, result: end.result, detail: end.detail }, 'heal ended');
      ended(effect, end);
    });
    current = { effect, run, done };
  }

  return {
    add(effect) {
      if (seen.has(effect.id)) return;
      seen.add(effect.id);
      if (waiting.length < WAITING_MAX) waiting.push(effect);
      else ended(effect.id, { result: 'failed', detail: 'too many heals are waiting', output: '' });
    },
    async next() {
      const effect = current === undefined ? waiting.shift() : undefined;
      if (effect === undefined) return;
      if (heal === undefined) {
        ended(effect.id, { result: 'broken', detail: 'no heal is configured', output: '' });
        return;
      }
      log.info({ effect: effect.id }, 'heal starts');
      // A fault of the program ends this heal, and neither the process nor the heals after it.
      const starting = heal.start(effect, started).catch((error: unknown) => endedRun(brokenBy(error)));
      current = { effect: effect.id, done: starting.then(() => undefined) };
      follow(effect.id, await starting);
    },
    adopt(process) {
      seen.add(process.effect);
      const run = heal?.adopt(process);
      if (run === undefined) {
        ended(process.effect, { result: 'unknown', detail: 'it did not outlive the monitor', output: '' });
      } else {
        log.warn(
          { effect: process.effect, pid: process.pid },
          'a heal still runs from before; waiting for it',
        );
        follow(process.effect, run);
      }
    },
    ready: () => current === undefined && waiting.length > 0,
    running: () => current?.effect,
    waiting: () => waiting.length,
    async idle() {
      while (current !== undefined) await current.done;
    },
    clear: () => (waiting.length = 0),
    kill: () => current?.run?.kill(),
  };
}

function brokenBy(error: unknown): HealEnd {
  return { result: 'broken', detail: `it failed in a way it must not: ${String(error)}`, output: '' };
}
