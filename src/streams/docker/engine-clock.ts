/** Answers carry whole seconds only: an engine's clock is known to within so many milliseconds at first. */
const RESOLUTION = 1_000;

/** An offset of less than this is of no consequence and not told, in milliseconds. */
export const NOTABLE_OFFSET = 2_000;

/**
 * The clock of an engine, which is not ours: it may run on another host, or have been set. What an engine stores and
 * tells bears its time, and is compared with that; what is handed on bears ours. Moments in epoch milliseconds.
 */
export interface EngineClock {
  /** By how much it is ahead of ours, in milliseconds: 0 as long as both may show the same time. */
  readonly offset: number;
  /** The engine's time now. */
  readonly now: () => number;
  /** The same moment by our clock. */
  readonly toOurs: (at: number) => number;
  /** The same moment by the engine's clock. */
  readonly toTheirs: (at: number) => number;
  /** What its clock showed at the most when the engine was first heard of; undefined before. */
  readonly firstAnswer: number | undefined;
  /** To be called with each request; what it returns gets the `Date` of the answer, when that begins. */
  readonly asking: () => (date: string | undefined) => void;
}

/**
 * Learns the offset from the dates of answers: each confines it to a second and the time that the answer took. It is
 * changed only by an answer that contradicts it; one that contradicts all before it means that a clock has been set.
 * `onChange` is called when it has moved by as much as anybody would notice.
 */
export function engineClock(
  clock: { now(): number },
  onChange: (offset: number) => void = () => undefined,
): EngineClock {
  let low = -Infinity;
  let high = Infinity;
  let offset = 0;
  let told = 0;
  let firstAnswer: number | undefined;
  return {
    get offset() {
      return offset;
    },
    get firstAnswer() {
      return firstAnswer;
    },
    now: () => clock.now() + offset,
    toOurs: (at) => at - offset,
    toTheirs: (at) => at + offset,
    asking: () => {
      const asked = clock.now();
      return (date) => learn(Date.parse(date ?? ''), asked, clock.now());
    },
  };

  function learn(second: number, asked: number, answered: number): void {
    if (Number.isNaN(second)) return;
    firstAnswer ??= second + RESOLUTION;
    const lowest = second - answered;
    const highest = second + RESOLUTION - asked;
    const agrees = lowest <= high && highest >= low;
    low = agrees ? Math.max(low, lowest) : lowest;
    high = agrees ? Math.min(high, highest) : highest;
    if (offset >= low && offset <= high) return;
    offset = Math.round((low + high) / 2);
    if (Math.abs(offset - told) < NOTABLE_OFFSET) return;
    told = offset;
    onChange(offset);
  }
}
