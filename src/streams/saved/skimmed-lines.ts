import { stampReader } from '../docker/stamp.ts';
import { LONGEST_SKIMMED, type Skim } from '../skim.ts';
import { isPlausible } from './stamp-keeper.ts';

/** Docker's timestamp, `2025-12-17T16:06:14.123456789Z`, and the blank behind it. */
const STAMP = 30;
export const STAMPED = 31;

const NEWLINE = 10;
const RETURN = 13;

/**
 * What was found of the lines of a chunk, in memory that threads may share. Of line `i`, `ends[i]` is the byte after its
 * last one, and `times[i]` its time (epoch milliseconds) if it is plainly harmless, else NaN.
 */
export interface SkimmedLines {
  readonly ends: Int32Array;
  readonly times: Float64Array;
}

/**
 * Looks through a chunk whose lines are each followed by `\n` but for the last, and returns of how many lines it has
 * told: all of them, or as many as `found` has room for; -1 where a carriage return is among them.
 */
export type LineSkimmer = (bytes: Buffer, found: SkimmedLines) => number;

export function lineSkimmer(skim: Skim): LineSkimmer {
  const timeOf = stampedTimes();
  return (bytes, { ends, times }) => {
    if (bytes.includes(RETURN)) return -1;
    let lines = 0;
    for (let from = 0; from <= bytes.length && lines < ends.length; lines++) {
      const newline = bytes.indexOf(NEWLINE, from);
      const end = newline < 0 ? bytes.length : newline;
      const at = timeOf(bytes, from, end);
      ends[lines] = end;
      times[lines] = !Number.isNaN(at) && skim(bytes, from + STAMPED, end) ? at : NaN;
      from = end + 1;
    }
    return lines;
  };
}

/**
 * Reads the time (epoch milliseconds) of a line in Docker's own form that is short enough to be skimmed; NaN for any
 * other. What it says of a line does not depend on those before.
 */
export function stampedTimes(): (bytes: Buffer, from: number, end: number) => number {
  const stamps = stampReader();
  return (bytes, from, end) => {
    const length = end - from;
    if (length < STAMPED || length > LONGEST_SKIMMED || !isStamp(bytes, from)) return NaN;
    const at = stamps.ms(bytes, from, from + STAMP);
    return isPlausible(at) ? at : NaN;
  };
}

/** Whether Docker's own form of timestamp stands at `from`, with a blank behind it. */
function isStamp(bytes: Buffer, from: number): boolean {
  return (
    bytes[from + STAMP] === 0x20 &&
    bytes[from + 29] === 0x5a &&
    bytes[from + 19] === 0x2e &&
    bytes[from + 10] === 0x54 &&
    bytes[from + 4] === 0x2d &&
    bytes[from + 7] === 0x2d &&
    bytes[from + 13] === 0x3a &&
    bytes[from + 16] === 0x3a
  );
}
