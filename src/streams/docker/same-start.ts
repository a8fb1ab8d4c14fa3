/** How far a `start` event and the state's `StartedAt` may lie apart where nothing else tells them apart, in milliseconds. */
const START_SLACK = 50;

/** The longest that a `start` event is taken to follow its `StartedAt`, in milliseconds. */
const LONGEST_LAG = 60_000;

/** A start as events tell it. Epoch milliseconds. */
export interface ToldStart {
  readonly at: number;
  /** When the run before it ended: 0 if there was none, undefined if that is not known. */
  readonly after?: number | undefined;
}

/**
 * Whether `startedAt` of inspect (epoch milliseconds) is that of this start. The engine notes `StartedAt`, saves the
 * container, which takes seconds on a busy disk, and only then writes the event; and it starts nothing again before
 * it has written the `die` event of the run before.
 */
export function isSameStart({ at, after }: ToldStart, startedAt: number): boolean {
  if (Math.abs(at - startedAt) <= START_SLACK) return true;
  return after !== undefined && startedAt >= after && startedAt <= at && at - startedAt < LONGEST_LAG;
}

/** Whether `startedAt` of inspect is that of an earlier run than this start. */
export function isBefore(start: ToldStart, startedAt: number): boolean {
  return startedAt < start.at && !isSameStart(start, startedAt);
}

/** Whether `startedAt` of inspect is that of a later run than this start. */
export function isAfter(start: ToldStart, startedAt: number): boolean {
  return startedAt > start.at && !isSameStart(start, startedAt);
}

/** Whether a start up to `accountedAt` (epoch milliseconds, of inspect) has been counted already, so that this is no other. */
export function isAccounted(start: ToldStart, accountedAt: number): boolean {
  return isSameStart(start, accountedAt) || (start.at < accountedAt && accountedAt - start.at < LONGEST_LAG);
}
