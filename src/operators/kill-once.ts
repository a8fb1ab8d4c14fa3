import { filter, map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Judged, Signal } from '../model.ts';

/** How far the two words of one killing lie apart at most, in milliseconds of event time. */
const TOGETHER = 5_000;

/** What the engine or systemd tells of a process that was killed for want of memory. */
const TOLD: ReadonlySet<string> = new Set(['docker:oom', 'journald:oom']);

/** What a shell, Go, PostgreSQL or a supervisor logs of a child that was killed. */
const LOGGED = /^(?:\S+: line \d+:\s+\d+ )?Killed\b|\bsignal: killed\b|\bsignal 9\b|\bSIGKILL\b/;

/** The killings of one container that only one of the two has spoken of so far: when, in epoch milliseconds. */
interface Unmatched {
  readonly told: number[];
  readonly logged: number[];
}

/**
 * Counts a process that was killed for want of memory once: the engine tells of it, and mostly a line of the container's log
 * does as well. Whichever of the two comes second, within five seconds of the other, is dropped; all else passes through
 * in its order. A batch with nothing left is not emitted.
 */
export function killOnce<T extends Judged>(): MonoTypeOperatorFunction<readonly T[]> {
  return (judged$) => {
    const containers = new Map<string, Unmatched>();
    return judged$.pipe(
      map((batch) => (batch.some(isKilling) ? batch.filter((item) => !isSecond(item, containers)) : batch)),
      filter((batch) => batch.length > 0),
    );
  };
}

/** Whether this is the second word of a killing; the first is remembered. */
function isSecond(item: Judged, containers: Map<string, Unmatched>): boolean {
  if (!isKilling(item)) return false;
  const unmatched = recent(containers, item);
  const [own, other] = TOLD.has(item.rule)
    ? [unmatched.told, unmatched.logged]
    : [unmatched.logged, unmatched.told];
  if (other.length > 0) {
    other.shift();
    return true;
  }
  own.push(item.at);
  return false;
}

/** What is unmatched of this container and not too old; that of others is forgotten once it is. */
function recent(containers: Map<string, Unmatched>, { container, at }: Signal): Unmatched {
  const isNear = (moment: number): boolean => Math.abs(at - moment) <= TOGETHER;
  for (const [name, { told, logged }] of containers) {
    const near = { told: told.filter(isNear), logged: logged.filter(isNear) };
    if (near.told.length + near.logged.length > 0) containers.set(name, near);
    else containers.delete(name);
  }
  const found = containers.get(container) ?? { told: [], logged: [] };
  containers.set(container, found);
  return found;
}

function isKilling(item: Judged): item is Signal {
  return (
    item.type === 'signal' && item.kind === 'critical' && (TOLD.has(item.rule) || LOGGED.test(item.text))
  );
}
