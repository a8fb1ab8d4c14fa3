/** A cursor of the journal taken apart: what tells where an entry stands, and that it is the same. */
interface Cursor {
  /** Who gave the sequence number: a journald, until its journal is made anew. */
  readonly source: string;
  readonly sequence: number;
  /** Boot, monotonic and real time, and a hash of what the entry holds. */
  readonly identity: string;
}

/**
 * Whether two cursors are of the same entry. When journald moves what it kept in memory to disk, entries get new
 * sequence numbers and stay what they are otherwise.
 */
export function isSameEntry(a: string, b: string): boolean {
  const identity = parseCursor(a)?.identity;
  return a === b || (identity !== undefined && identity === parseCursor(b)?.identity);
}

/**
 * How many entries are missing between two that were read one after the other; undefined where they were numbered by
 * different journals, so that it cannot be told.
 */
export function missingBetween(before: string, after: string): number | undefined {
  const [a, b] = [parseCursor(before), parseCursor(after)];
  if (a === undefined || a.source !== b?.source) return undefined;
  return Math.max(0, b.sequence - a.sequence - 1);
}

/** Whether the entry of a cursor stands at or behind that of another; undefined where that cannot be told. */
export function hasReached(cursor: string, other: string): boolean | undefined {
  const [a, b] = [parseCursor(cursor), parseCursor(other)];
  return a === undefined || a.source !== b?.source ? undefined : a.sequence >= b.sequence;
}

/** Who numbered the entry: the same for all of one journal until it is made anew. */
export function numberedBy(cursor: string): string | undefined {
  return parseCursor(cursor)?.source;
}

/** `s=SOURCE;i=SEQUENCE;b=…;m=…;t=…;x=…`: asked for with every entry of the whole journal, so without a pattern. */
function parseCursor(text: string): Cursor | undefined {
  const end = text.indexOf(';i=');
  const rest = text.indexOf(';b=', end);
  if (end < 0 || rest < 0 || !text.startsWith('s=')) return undefined;
  return {
    source: text.slice(2, end),
    sequence: Number.parseInt(text.slice(end + 3, rest), 16),
    identity: text.slice(rest),
  };
}
