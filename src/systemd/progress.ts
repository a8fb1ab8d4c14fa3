import type { SchedulerLike } from 'rxjs';
import type { CoreState } from '../incidents/state.ts';
import type { Health } from '../state/disk.ts';
import { watchdogInterval } from './notify-systemd.ts';

/** Whether the daemon does its work, judged by what comes out at the end of the pipeline. */
export interface Progress {
  /** To be called with every state that has left the pipeline and was stored. */
  readonly evaluated: (core: Pick<CoreState, 'healing'>) => void;
  /** What makes no progress; undefined if everything does. */
  readonly trouble: () => string | undefined;
}

/**
 * How long the pipeline may be without a new state, in milliseconds. One is requested every second, and a reload or a
 * long transaction under the CPU quota takes a few seconds. For a shorter watchdog it is half of that.
 */
const EVALUATED_WITHIN = 30_000;

/**
 * How old the last commit may be, in milliseconds: with nothing to write the store writes a sign of life every 30 s,
 * and one may be late under the CPU quota.
 */
const STORED_WITHIN = 60_000;

/** How much later than its own deadline the end of a heal is noticed at the latest, in milliseconds. */
const HEAL_MARGIN = 30_000;

/**
 * A quiet host makes progress: the state is evaluated and stored even if nothing has happened. A store that cannot be
 * written and says so is a known state, in which following goes on; a store that neither writes nor reports a problem
 * has stopped.
 */
export function progress(
  health: () => Health,
  clock: SchedulerLike,
  env: NodeJS.ProcessEnv = process.env,
): Progress {
  const within = Math.min(EVALUATED_WITHIN, watchdogInterval(env) ?? Infinity);
  let evaluatedAt = clock.now();
  let healDeadline = Infinity;
  return {
    evaluated: ({ healing }) => {
      evaluatedAt = clock.now();
      healDeadline = healing.running?.deadline ?? Infinity;
    },
    trouble: () => {
      const now = clock.now();
      if (now - evaluatedAt > within) return `nothing evaluated for ${seconds(now - evaluatedAt)}`;
      const { writable, lastCommit } = health();
      const unsaved = now - lastCommit;
      if (writable && lastCommit > 0 && unsaved > STORED_WITHIN)
        return `nothing stored for ${seconds(unsaved)}`;
      return now > healDeadline + HEAL_MARGIN
        ? 'a heal has neither ended nor been ended in its time'
        : undefined;
    },
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
