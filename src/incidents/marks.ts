import type { ContainerStatus } from '../model.ts';
import { blindSince, observedSince } from './coverage.ts';
import type { CoreState, Presence } from './state.ts';

/** After a start or an outage of the engine, so long is only now heard of what happened meanwhile, in milliseconds. */
const CATCHING_UP = 60_000;

/** How a container ends that is stopped, by its exit code: nobody need worry if nobody saw who did it. */
const STOPPED: ReadonlySet<number> = new Set([0, 130, 137, 143]);

/** What of a container's status lasts and people are told of, as `src/incidents/states.ts` reads it. */
export type Marks = Pick<Presence, 'ran' | 'down' | 'illSince'>;

/** The marks of a container once its status has become part of its `presence`; `known` is what it was before. */
export function marksOf(
  state: CoreState,
  status: ContainerStatus,
  known: Presence | undefined,
  presence: Presence,
): Marks {
  const instances = Object.values(presence.instances);
  const isRunning = instances.some(({ running }) => running);
  const isIll = instances.some(({ running, healthy }) => running && !healthy);
  const ran = known?.ran === true || status.state === 'running';
  const marks: Marks = {
    ...(ran && { ran }),
    ...(isIll && { illSince: known?.illSince ?? Math.min(status.at, state.now) }),
  };
  if (!ran || isRunning || instances.length === 0 || presence.excused || presence.oneOff === true)
    return marks;
  const hasEnded = status.state === 'exited' || status.state === 'restarting';
  const down = known?.down ?? (hasEnded ? downBy(state, status, known) : undefined);
  return down === undefined ? marks : { ...marks, down };
}

/** How it ended, if that is to be told; what nobody saw end may have been stopped or may still come back. */
function downBy(state: CoreState, status: ContainerStatus, known: Presence | undefined): Presence['down'] {
  const { exitCode, how, outOfMemory = false, gaveUp = false } = status;
  if (exitCode === undefined && how === undefined) return undefined;
  const memory = outOfMemory ? ', out of memory' : '';
  const policy = gaveUp ? '; its restart policy did not bring it back' : '';
  const down = {
    at: Math.min(status.at, state.now),
    how: how ?? `exit code ${exitCode}${memory}${policy}`,
    ...(status.state === 'restarting' && { restarting: true }),
  };
  const needed = { sources: [status.source], containers: [] };
  const since = observedSince(state, needed);
  const isNew = known?.unseen === true;
  const isOutage =
    blindSince(state, needed) !== undefined ||
    ((known?.lastUp ?? 0) < since && state.now < since + CATCHING_UP);
  if (!isNew && !isOutage) return down;
  const isTold = gaveUp || (isNew && (outOfMemory || exitCode === undefined || !STOPPED.has(exitCode)));
  return isTold ? { ...down, unwatched: state.now } : undefined;
}
