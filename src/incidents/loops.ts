import type { ContainerStatus, RestartCause } from '../model.ts';
import type { CoreState, Presence } from './state.ts';

/** So many restarts in a row are a loop. */
export const LOOP = 3;

/** Docker, and systemd by its usual settings, begin anew to count once a run has lasted this long, in milliseconds. */
const LONG_RUN = 10_000;

/** Who has not started again for this long, longer than Docker ever waits, loops no more; milliseconds. */
const LOOP_OVER = 2 * 60_000;

type Loop = NonNullable<Presence['loop']>;

/**
 * What is remembered of a container's restarts once it has this status; `known` is what it was before. Restarts follow
 * each other in a loop where every run between them was short; what an operator or a heal of ours ends is none.
 */
export function loopOf(
  { now }: CoreState,
  status: ContainerStatus,
  known: Presence | undefined,
  excused: boolean,
): Loop | undefined {
  const at = Math.min(status.at, now);
  const loop = known?.loop;
  const wasRunning = Object.values(known?.instances ?? {}).some(({ running }) => running);
  if (status.oneOff === true) return undefined;
  if (status.state === 'running') {
    if (wasRunning) return loop;
    if (known?.unseen === true) return { begun: at, starts: loop?.starts ?? [] };
    if (loop?.end === undefined || known?.endedByHeal === true) return { begun: at, starts: [] };
    const { cause, isShort } = loop.end;
    return { begun: at, starts: [...(isShort ? loop.starts : []), at].slice(-LOOP), cause };
  }
  if (!wasRunning || loop === undefined || status.state === 'paused') return loop;
  if (excused) return undefined;
  return { ...loop, end: { cause: causeOf(status), isShort: at - loop.begun < LONG_RUN } };
}

/** From when and until when a container counts as looping, if it does: `within` is how close the restarts are, in milliseconds. */
export function loopSpan(
  { starts }: Loop,
  within: number,
): { readonly since: number; readonly from: number; readonly until: number } | undefined {
  const [since = 0, last = 0] = [starts[0], starts.at(-1)];
  if (starts.length < LOOP || last - since > within) return undefined;
  return { since, from: last, until: last + LOOP_OVER };
}

function causeOf({ exitCode, outOfMemory }: ContainerStatus): RestartCause {
  if (outOfMemory === true) return 'oom';
  return exitCode === 0 || exitCode === undefined ? 'policy' : 'crash';
}
