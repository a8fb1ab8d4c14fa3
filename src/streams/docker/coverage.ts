import type { Coverage } from '../../model.ts';

/** A cut that is healed within this time (milliseconds) is no blindness. */
const BLIND_AFTER = 10_000;

/** So many containers are named in the reason. */
const NAMED = 3;

/** What coverage is decided from. Moments in epoch milliseconds. */
export interface View {
  readonly now: number;
  readonly source: string;
  /** Since when the event stream has been down, and why. */
  readonly engine: { readonly since: number; readonly reason: string } | undefined;
  /** Readable running containers that are not followed, or not yet caught up. */
  readonly down: readonly { readonly container: string; readonly since: number }[];
}

/**
 * What of an engine is being read, given the coverage that was last emitted. Undefined while it is not decided: the
 * engine, or at the start one of its containers, has been away for less than `BLIND_AFTER`. A container that was not
 * covered stays so until it has caught up; one that has just been cut off counts as read for the time being.
 */
export function coverageOf({ now, source, engine, down }: View, last?: Coverage): Coverage | undefined {
  // Of a time that is still to come nobody knows how long ago it was: the clock has stepped back.
  const isLate = ({ since }: { readonly since: number }) => now - since >= BLIND_AFTER || since > now;
  if (engine !== undefined && isLate(engine))
    return { type: 'coverage', at: now, source, blind: true, unread: [], reason: engine.reason };
  const couldRead = last !== undefined && !last.blind;
  if (engine !== undefined && !couldRead) return undefined;
  if (last === undefined && down.length > 0 && !down.some(isLate)) return undefined;
  const wasRead = (container: string) => couldRead && !last.unread.includes(container);
  const unread = down.filter((one) => isLate(one) || !wasRead(one.container));
  return coverage(now, source, [...new Set(unread.map(({ container }) => container))].sort());
}

/** Whether nothing has changed but the time. */
export function isSameCoverage(a: Coverage, b: Coverage | undefined): boolean {
  return (
    a.blind === b?.blind &&
    a.reason === b.reason &&
    a.unread.length === b.unread.length &&
    a.unread.every((container, index) => container === b.unread[index])
  );
}

function coverage(at: number, source: string, unread: readonly string[]): Coverage {
  const more = unread.length - NAMED;
  const named = unread.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const reason = unread.length === 0 ? '' : `not reading the log of ${named}`;
  return { type: 'coverage', at, source, blind: false, unread, reason };
}
