import { LONGEST_PAUSE, movedBack, setBackBy } from './rebase.ts';
import type { CoreState, KeyState } from './state.ts';
import { unseen, withPresence } from './world.ts';

/**
 * The stored state, prepared for a start at `at` after a stop or a crash. The time observed begins anew, whether the state can be stored is found anew, and no
 * container counts as running until it is seen again. A heal that was running counts as interrupted: at the first
 * tick its result is `unknown`, and it is never run again; only if its process may still run (`healRuns`) is its
 * outcome waited for. `pausedUntil` is the end of the pause in the PAUSE file now: a deadline that has passed
 * meanwhile must not start a heal before the pause is known. Booting twice is the same as booting once. A clock that has
 * been set back by more than a minute since then is adopted: the state is moved back to it.
 */
export function boot(
  state: CoreState,
  at: number,
  healRuns = false,
  pausedUntil = state.pausedUntil,
): CoreState {
  const known = movedBack(state, setBackBy(state, at));
  const now = Math.max(known.now, at);
  const woken = unseen({ ...known, now, observedSince: now, coverage: {} });
  const { running } = woken.healing;
  const lost = running !== undefined && !healRuns;
  const keys = Object.entries(woken.keys).map(([key, value]): [string, KeyState] => [
    key,
    value.incident === undefined
      ? value
      : {
          ...value,
          incident: { ...withPresence(woken, value.incident), due: Math.min(value.incident.due, now) },
        },
  ]);
  return {
    ...woken,
    pausedUntil: Math.min(pausedUntil, now + LONGEST_PAUSE),
    ...(lost && { healing: { ...woken.healing, running: { ...running, lost } } }),
    keys: Object.fromEntries(keys),
  };
}
