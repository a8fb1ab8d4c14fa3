import type { DamageLimit } from './damage-limit.ts';
import type { Deduplicator, OnLost, OrderedRead } from './deduplicator.ts';
import { firstRead, type FirstRead } from './first-read.ts';
import type { LogRecord } from './log-record.ts';
import type { LogRequest } from './read-log.ts';

/** Records asked for first when a read must reach back to what has been counted. */
export const FIRST_READ = 512;

/** Beyond so many records all there are are asked for. */
const LARGEST_READ = 1_000_000;

/** Reads one log, however it is reached. */
export type ReadRecords = (
  options: Omit<LogRequest, 'client' | 'id' | 'tty'>,
  use: (record: LogRecord) => boolean,
) => Promise<void>;

export interface CatchUpParts {
  readonly read: ReadRecords;
  readonly dedup: Deduplicator;
  readonly damage: DamageLimit;
  /** Records older than this (epoch milliseconds) are of no interest; undefined for a container that is new to us. */
  readonly floor: number | undefined;
  /** Gets every record that has not been counted before. */
  readonly accept: (record: LogRecord) => void;
  readonly lost: OnLost;
  /** The very first read of this log is complete. */
  readonly onFirstRead: (read: FirstRead) => void;
  /** The engine's time. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * Reads what is stored beyond what has been counted, however far back that is: `tail` records first, and eight times as
 * many as long as they do not reach back. True if there was anything.
 */
export async function catchUp(parts: CatchUpParts, tail: number): Promise<boolean> {
  const { dedup, damage, floor, lost, signal } = parts;
  let fresh = false;
  const accept = (record: LogRecord) => {
    fresh = true;
    parts.accept(record);
  };
  for (let size = tail; !signal.aborted; size = grown(size)) {
    const all = size >= damage.records;
    const first =
      dedup.last === undefined && damage.records === Infinity ? firstRead(parts.now()) : undefined;
    const read = dedup.read({ size: all ? Infinity : size, contiguous: false, floor, accept, lost });
    const isShort = await readBack(parts, Math.min(size, damage.records), read, first);
    if (isAborted(signal)) break;
    if (isShort || !read.end()) continue;
    if (first !== undefined) parts.onFirstRead(first);
    break;
  }
  return fresh;
}

/** A number of records to ask for after one that was too small. */
export function grown(size: number): number {
  return size * 8 > LARGEST_READ ? Infinity : size * 8;
}

/** One read of so many of the newest records. True if it does not reach back to what has been counted. */
async function readBack(
  { read, signal }: CatchUpParts,
  tail: number,
  ordered: OrderedRead,
  first: FirstRead | undefined,
): Promise<boolean> {
  let isShort = false;
  await read({ follow: false, tail, signal }, (record) => {
    first?.see(record);
    isShort = !ordered.take(record);
    return !isShort;
  });
  return isShort;
}

/** It may have been while a read was awaited, which the compiler does not see. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
