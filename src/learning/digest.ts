import { type Health, healthOf } from './health.ts';
import type { Past, PastIncident, PastMark, PastMessage } from './past.ts';
import type { Week } from './week.ts';

/** A week looked back upon. */
export interface Digest {
  readonly week: Week;
  readonly incidents: readonly PastIncident[];
  /** Errors first seen in the week, and those of the week before that did not come again, the most frequent first. */
  readonly appeared: readonly PastMessage[];
  readonly gone: readonly PastMessage[];
  /** How many there were of both, told or not. */
  readonly found: { readonly appeared: number; readonly gone: number };
  /** Errors and criticals by container, those that differ most first. */
  readonly trend: readonly Trend[];
  /** How long anything could not be read, in milliseconds. */
  readonly blind: number;
  readonly undelivered: readonly PastMark[];
  readonly changes: readonly PastMark[];
  /** Of the week before nothing is known, or not all of it: nothing can be called new, gone, more or less. */
  readonly isFirst: boolean;
  readonly health: Health;
}

export interface Trend {
  readonly container: string;
  readonly count: number;
  readonly before: number;
}

/** A message of fewer than these that does not come again is not told as gone. */
const FREQUENT = 10;

/** Most of each that are told. */
const TOLD = 10;

/** The digest of a week; `past` is of that week and the one before, `incidents` those that were open in it. */
export function digestOf(
  week: Week,
  past: Omit<Past, 'minutes'>,
  incidents: readonly PastIncident[],
): Digest {
  const { from, until, before } = week;
  const isFirst = past.began === undefined || past.began > before;
  const isWithin = ({ at, until: end }: PastMark): boolean => end >= from && at < until;
  const marks = past.marks.filter(isWithin);
  const ofKind = (kind: string): readonly PastMark[] => marks.filter((mark) => mark.kind === kind);
  const trend = trendOf(week, past.hours);
  const undelivered = ofKind('undelivered');
  const blind = covered(ofKind('blind'), week);
  const open = incidents.map(({ openedAt: at, resolvedAt = Infinity }) => ({ at, until: resolvedAt }));
  const errors = past.messages.filter(({ kind }) => kind === 'error' || kind === 'critical');
  const isNew = ({ first }: PastMessage): boolean => first >= from && first < until;
  const isGone = ({ last, total }: PastMessage): boolean =>
    last >= before && last < from && total >= FREQUENT;
  const appeared = isFirst ? [] : errors.filter(isNew);
  const gone = isFirst ? [] : errors.filter(isGone).toSorted((a, b) => b.total - a.total);
  return {
    week,
    incidents,
    appeared: appeared.slice(0, TOLD),
    gone: gone.slice(0, TOLD),
    found: { appeared: appeared.length, gone: gone.length },
    trend: trend.slice(0, TOLD),
    blind,
    undelivered,
    changes: ofKind('change'),
    isFirst,
    health: healthOf({
      open: covered(open, week),
      escalations: incidents.filter(({ escalated }) => escalated).length,
      blind,
      undelivered: undelivered.length,
      errors: trend.reduce((sum, { count }) => sum + count, 0),
      errorsBefore: isFirst ? 0 : trend.reduce((sum, one) => sum + one.before, 0),
    }),
  };
}

function trendOf({ from, until, before }: Week, hours: Past['hours']): readonly Trend[] {
  const sums = new Map<string, { count: number; before: number }>();
  for (const { at, container, counts } of hours) {
    if (at < before || at >= until) continue;
    const own = sums.get(container) ?? { count: 0, before: 0 };
    own[at < from ? 'before' : 'count'] += counts.critical + counts.error;
    sums.set(container, own);
  }
  return [...sums]
    .map(([container, own]) => ({ container, ...own }))
    .filter((one) => one.count + one.before > 0)
    .sort((a, b) => Math.abs(b.count - b.before) - Math.abs(a.count - a.before));
}

/** How much of the week spans cover, overlapping ones once; milliseconds. */
function covered(spans: readonly Pick<PastMark, 'at' | 'until'>[], { from, until }: Week): number {
  let sum = 0;
  let end = from;
  for (const span of spans.toSorted((a, b) => a.at - b.at)) {
    const last = Math.min(span.until, until);
    sum += Math.max(0, last - Math.max(span.at, end));
    end = Math.max(end, last);
  }
  return sum;
}
