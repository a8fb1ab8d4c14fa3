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

/** So many entries may wait for the place where counting goes on to come up. */
const MOST_HELD = 5_000;

/**
 * Told of entries between two moments that are no longer stored. `followed`: a follow had come past them or some of
 * them, so that they may all have been counted; but a follow skips some where logs rotate, and no read can confirm that
 * it did not.
 */
export type Loss = (from: number, to: number, followed: boolean) => void;

export interface ReadOptions {
  /** How many entries were asked for; Infinity for all there are. */
  readonly size: number;
  /** A read that must begin with something known, because a complete read came just before. */
  readonly contiguous: boolean;
  /** Entries older than this (epoch milliseconds) are passed over; the read must begin before it. */
  readonly floor: number | undefined;
  /** Gets every entry that has not been counted before. */
  readonly accept: (entry: LogRecord) => void;
  readonly lost: Loss;
}

/** One read of the stored log in its own order, from some entry to the newest. */
export interface OrderedRead {
  /** False: the read does not reach back to what has been counted; end it and ask for more. */
  take(entry: LogRecord): boolean;
  /** The read is complete. False as above. */
  end(): boolean;
}

/**
 * Decides for every entry that comes, from whichever read, whether it has been counted. Its memory is a position in
 * the stored log (position, not time: clocks step back, and the two streams are stored slightly out of order), and
 * the keys of entries that a follow brought before a read in order has confirmed them.
 */
export interface Deduplicator {
  read(options: ReadOptions): OrderedRead;
  /** An entry of a follow that may skip or repeat some (a log that rotates). True if it had not been counted. */
  follow(entry: LogRecord): boolean;
  /** Whether it has been counted. */
  knows(entry: LogRecord): boolean;
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
  /** Of each stream: what has been counted with the very timestamp of its last entry, where that is not the only one. */
  const alike = [restored(saved?.alike?.[0]), restored(saved?.alike?.[1])];
  /** How far a follow has come beyond what reads in order have confirmed, as far as is known. */
  let followedTo = keys.size > 0 ? Infinity : -Infinity;

  return {
    read,
    follow: (entry) => {
      if (knows(entry)) return false;
      keys.add(keyOf(entry), entry.high);
      followedTo = Math.max(followedTo, entry.at);
      return true;
    },
    knows,
    beginReconcile: () => keys.turn(),
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

  function knows(entry: LogRecord): boolean {
    return confirmed(entry) || keys.has(keyOf(entry), entry.high);
  }

  /** Within one stream entries are stored in the order of their timestamps, unless the host's clock steps back. */
  function confirmed(entry: LogRecord): boolean {
    const newest = streams[entry.stream];
    if (newest === undefined) return false;
    if (entry.ts !== newest.ts) return entry.ts < newest.ts;
    // Told by content: a read that begins within a line cannot number its pieces. Of two equal ones the second may be
    // taken for the first, and the line is told without it, but never twice.
    return isAt(entry, newest) || alike[entry.stream]?.has(entry.low, entry.high) === true;
  }

  /** Pieces of one line have one timestamp; and so may lines, where a clock is coarse. */
  function gather(entry: LogRecord): void {
    const { stream } = entry;
    const before = streams[stream];
    if (before === undefined || !hasSameTimestamp(entry, before)) alike[stream] = undefined;
    else {
      const set = (alike[stream] ??= keySetOf(before));
      set.add(entry.low, entry.high);
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

    function take(entry: LogRecord): boolean {
      count++;
      if (found) pass(entry);
      else if (from === undefined) return begin(entry);
      else if (isAt(entry, from)) {
        found = true;
        held = [];
      } else if (confirmed(entry)) reached = true;
      else return hold(entry, from);
      return true;
    }

    /** The very first read of a container: all of it, or it must begin before the floor. */
    function begin(entry: LogRecord): boolean {
      if (floor === undefined || entry.at > floor) return false;
      found = true;
      pass(entry);
      return true;
    }

    /** Not known, and the place where counting goes on has not come up yet. */
    function hold(entry: LogRecord, position: LogPosition): boolean {
      if (count === 1) {
        first = entry.at;
        if (!whole && (contiguous || size > MOST_HELD || entry.at > position.at + OVERLAP)) return false;
      }
      if (contiguous && reached && !whole) return false;
      held.push(keepRecord(entry));
      if (held.length > MOST_HELD || (contiguous && reached)) acceptHeld();
      return true;
    }

    function end(): boolean {
      if (found || count === 0) return true;
      if (from === undefined) return count < size;
      // Older entries without the one looked for: the clock has stepped back, and it lies further back.
      if (count >= size) return false;
      acceptHeld();
      return true;
    }

    function acceptHeld(): void {
      const waiting = held;
      if (!reached && from !== undefined) lost(from.at, first, followedTo > from.at);
      found = true;
      held = [];
      for (const entry of waiting) pass(entry);
    }

    function pass(entry: LogRecord): void {
      const counted = keys.size > 0 && keys.has(keyOf(entry), entry.high);
      gather(entry);
      last = places[entry.stream].put(entry);
      streams[entry.stream] = last;
      if (!counted && (floor === undefined || entry.at >= floor)) accept(entry);
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
