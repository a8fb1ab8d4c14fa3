/**
 * Whether the line from byte `from` to `end`, without its line ending and without a carriage return, is harmless whatever
 * stands before or after it. It is recognised in the bytes: such a line is never decoded, only counted, and a source
 * emits consecutive ones as one `HarmlessRun`.
 */
export type Skim = (bytes: Uint8Array, from: number, end: number) => boolean;

/** A longer line (bytes) is looked at as a whole: it may be in pieces. */
export const LONGEST_SKIMMED = 4_096;

const NEWLINE = 10;
const RETURN = 13;

/**
 * The same for stored records, which may still have their line ending, and which may hold a carriage return: a terminal
 * shows only what follows that, so a record with one is not harmless for sure. `bytes` is a chunk of many records, which
 * is searched for carriage returns once and must not change.
 */
export function skimRecords(skim: Skim): Skim {
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
