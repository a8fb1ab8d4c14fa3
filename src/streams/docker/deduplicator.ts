import {
  type LogRecord,
  hasSameTimestamp,
  isAt,
  keepRecord,
  keyOf,
  MutablePosition,
  type LogPosition,
  positionOf,
} from './log-record.ts';
import { type KeySet, keySet } from './key-set.ts';
import type { DeduplicatorState } from './saved-position.ts';

/** The two streams of a log are stored this far out of order at the most (seen: 4 ms), with a wide margin. */
const OVERLAP = 1_000;

/** So many records of a read are held back while the position has not come up in it. */
const MOST_HELD = 5_000;

/**
 * Called when records between two moments (epoch milliseconds) are no longer stored. `followed`: a follow had come past
 * some or all of them, so that they may all have been counted. But where logs rotate a follow leaves records out, and no
 * read can confirm any more that it did not.
 */
export type OnLost = (from: number, to: number, followed: boolean) => void;

export interface ReadOptions {
  /** How many records were requested; Infinity for all there are. */
  readonly size: number;
  /** The read must begin within what has been counted, because a complete read has come just before it. */
  readonly contiguous: boolean;
  /** Records older than this (epoch milliseconds) are passed over; the read must begin before it. */
  readonly floor: number | undefined;
  /** Gets every record that has not been counted before. */
  readonly accept: (record: LogRecord) => void;
  readonly lost: OnLost;
}

/** One read of the stored log in its own order, from some record to the newest. */
export interface OrderedRead {
  /** False: the read does not reach back to what has been counted; end it and ask for more. */
  take(record: LogRecord): boolean;
  /** The read is complete. False as above. */
  end(): boolean;
}

/**
 * Decides for every record that comes, from whichever read, whether it has been counted. Its memory is a position in
 * the stored log (position, not time: clocks step back, and the two streams are stored slightly out of order), and
 * the keys of records that a follow brought before a read in order has confirmed them.
 */
export interface Deduplicator {
  read(options: ReadOptions): OrderedRead;
  /** A record of a follow that may skip or repeat some (a log that rotates). True if it had not been counted. */
  follow(record: LogRecord): boolean;
  /** Whether it has been counted. */
  knows(record: LogRecord): boolean;
  /** Before and after a read in order that runs beside a follow: what it confirms need not be remembered. */
  beginReconcile(): void;
  endReconcile(): void;
  readonly last: LogPosition | undefined;
  snapshot(): DeduplicatorState;
}

export function deduplicator(saved?: DeduplicatorState): Deduplicator {
  let last: LogPosition | undefined = saved?.last;
  /** The last of each stream: as it was saved, and then a place that is moved on. */
  const streams: [LogPosition | undefined, LogPosition | undefined] = [
    saved?.streams[0] ?? undefined,
    saved?.streams[1] ?? undefined,
  ];
  const places = [new MutablePosition(), new MutablePosition()] as const;
  const keys = keySet(saved?.keys);
  /** Of each stream: what has been counted with the very timestamp of its last record, where that is not the only one. */
  const alike = [restored(saved?.alike?.[0]), restored(saved?.alike?.[1])];
  /** How far a follow has come beyond what reads in order have confirmed, as far as is known. */
  let followedTo = keys.size > 0 ? Infinity : -Infinity;

  return {
    read,
    follow: (record) => {
      if (knows(record)) return false;
      keys.add(keyOf(record), record.high);
      followedTo = Math.max(followedTo, record.at);
      return true;
    },
    knows,
    beginReconcile: () => keys.beginGeneration(),
    endReconcile: () => {
      keys.confirm();
      if (keys.size === 0) followedTo = -Infinity;
    },
    get last() {
      return last;
    },
    snapshot: () => ({
      ...(last === undefined ? {} : { last: positionOf(last) }),
      streams: streams.map((position) =>
        position instanceof MutablePosition ? position.take() : (position ?? null),
      ),
      keys: keys.encode(),
      ...(alike.some((set) => set !== undefined) ? { alike: alike.map((set) => set?.encode() ?? null) } : {}),
    }),
  };

  function knows(record: LogRecord): boolean {
    return confirmed(record) || keys.has(keyOf(record), record.high);
  }

  /** Within one stream records are stored in the order of their timestamps, unless the host's clock steps back. */
  function confirmed(record: LogRecord): boolean {
    const newest = streams[record.stream];
    if (newest === undefined) return false;
    if (record.ts !== newest.ts) return record.ts < newest.ts;
    // Several records have the timestamp of the last one: pieces of one line, or lines where the clock is coarse. They
    // are compared by content, because a read that begins within a line cannot number its pieces. So a second piece that
    // equals the first counts as known: the line may come out without that piece, but it never comes out twice.
    return isAt(record, newest) || alike[record.stream]?.has(record.low, record.high) === true;
  }

  /** Pieces of one line have one timestamp; and so may lines, where a clock is coarse. */
  function gather(record: LogRecord): void {
    const { stream } = record;
    const before = streams[stream];
    if (before === undefined || !hasSameTimestamp(record, before)) alike[stream] = undefined;
    else {
      const set = (alike[stream] ??= keySetOf(before));
      set.add(record.low, record.high);
    }
  }

  function read({ size, contiguous, floor, accept, lost }: ReadOptions): OrderedRead {
    const whole = size === Infinity;
    const from = last && positionOf(last);
    let found = from === undefined && whole;
    let reached = false;
    let count = 0;
    let first = 0;
    let held: LogRecord[] = [];
    return { take, end };

    function take(record: LogRecord): boolean {
      count++;
      if (found) pass(record);
      else if (from === undefined) return begin(record);
      else if (isAt(record, from)) {
        found = true;
        held = [];
      } else if (confirmed(record)) reached = true;
      else return hold(record, from);
      return true;
    }

    /** The very first read of a container: all of it, or it must begin before the floor. */
    function begin(record: LogRecord): boolean {
      if (floor === undefined || record.at > floor) return false;
      found = true;
      pass(record);
      return true;
    }

    /** Not known, and the place where counting goes on has not come up yet. */
    function hold(record: LogRecord, position: LogPosition): boolean {
      if (count === 1) {
        first = record.at;
        if (!whole && (contiguous || size > MOST_HELD || record.at > position.at + OVERLAP)) return false;
      }
      if (contiguous && reached && !whole) return false;
      held.push(keepRecord(record));
      if (held.length > MOST_HELD || (contiguous && reached)) acceptHeld();
      return true;
    }

    function end(): boolean {
      if (found || count === 0) return true;
      if (from === undefined) return count < size;
      // Older records without the one looked for: the clock has stepped back, and it lies further back.
      if (count >= size) return false;
      acceptHeld();
      return true;
    }

    function acceptHeld(): void {
      const waiting = held;
      if (!reached && from !== undefined) lost(from.at, first, followedTo > from.at);
      found = true;
      held = [];
      for (const record of waiting) pass(record);
    }

    function pass(record: LogRecord): void {
      const counted = keys.size > 0 && keys.has(keyOf(record), record.high);
      gather(record);
      last = places[record.stream].put(record);
      streams[record.stream] = last;
      if (!counted && (floor === undefined || record.at >= floor)) accept(record);
    }
  }
}

function restored(keys: string | null | undefined): KeySet | undefined {
  return keys === undefined || keys === null ? undefined : keySet(keys);
}

function keySetOf({ low, high }: LogPosition): KeySet {
  const set = keySet();
  set.add(low, high);
  return set;
}
