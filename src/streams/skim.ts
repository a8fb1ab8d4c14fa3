/**
 * Whether the line from `from` to `end`, without its line ending and without a carriage return, is plainly harmless
 * whatever stands around it. Such lines are told as runs (`Quiet`): nothing is made of each but a count.
 */
export type Skim = (bytes: Uint8Array, from: number, end: number) => boolean;

/** A longer line (bytes) is looked at as a whole: it may be in pieces. */
export const LONGEST_SKIMMED = 4_096;

const NEWLINE = 10;
const RETURN = 13;

/**
 * The same for entries, which may have their line ending and, anywhere, a carriage return that takes back what stands
 * before it. `bytes` is a chunk with many of them, which is searched for returns as a whole: it must not change.
 */
export function skimEntries(skim: Skim): Skim {
  let chunk: Uint8Array = new Uint8Array();
  /** Between these there is no return in the chunk. */
  let from = 0;
  let next = 0;
  return (bytes, start, end) => {
    const stop = bytes[end - 1] === NEWLINE ? end - 1 : end;
    if (stop - start > LONGEST_SKIMMED || !skim(bytes, start, stop)) return false;
    if (bytes !== chunk || start < from || start > next) {
      const found = bytes.indexOf(RETURN, start);
      chunk = bytes;
      from = start;
      next = found < 0 ? bytes.length : found;
    }
    return stop <= next;
  };
}
