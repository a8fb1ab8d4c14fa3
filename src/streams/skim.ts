/**
 * Whether the line from `from` to `end`, without its line ending and without a carriage return, is plainly harmless
 * whatever stands around it. Such lines are told as runs (`Quiet`): nothing is made of each but a count.
 */
export type Skim = (bytes: Uint8Array, from: number, end: number) => boolean;

/** A longer line (bytes) is looked at as a whole: it may be in pieces. */
export const LONGEST_SKIMMED = 4_096;
