/**
 * Whether the line from `from` to `end`, without its line ending and without a carriage return, is plainly harmless
 * whatever stands around it. Such lines are told as runs (`Quiet`): nothing is made of each but a count.
 */
export type Skim = (bytes: Uint8Array, from: number, end: number) => boolean;

/** A longer line (bytes) is looked at as a whole: it may be in pieces. */
export const LONGEST_SKIMMED = 4_096;

const NEWLINE = 10;
const RETURN = 13;

/** Whether an entry, with its line ending if it has one, is such a line; a carriage return may have taken back what stands before it. */
export function isSkimmed(skim: Skim, bytes: Buffer, start: number, end: number): boolean {
  const stop = bytes[end - 1] === NEWLINE ? end - 1 : end;
  if (stop - start > LONGEST_SKIMMED || !skim(bytes, start, stop)) return false;
  for (let at = start; at < stop; at++) if (bytes[at] === RETURN) return false;
  return true;
}
