import { entryHash, mix } from './entry-hash.ts';
import type { FrameSink, StreamIndex } from './frames.ts';
import { PIECE } from './join-lines.ts';
import { stampReader } from './stamp.ts';

/**
 * One stored log record: a line or a piece of one. The same object is used for every entry of a read, so it is valid
 * during the call only; `keepEntry` makes one that lasts.
 */
export interface Entry {
  stream: StreamIndex;
  ts: string;
  at: number;
  /** Hash of timestamp, content and stream. */
  low: number;
  high: number;
  /** Which piece of its line this is, as far as this read can tell. */
  piece: number;
  bytes: Buffer;
  start: number;
  end: number;
}

/** A place in a stored log: the entry that stands there. */
export type Position = Readonly<Pick<Entry, 'stream' | 'ts' | 'at' | 'low' | 'high'>>;

const NEWLINE = 10;

/** Takes frames apart into entries, for one read of one log. Frames without a timestamp are passed over. */
export function entriesOf(use: (entry: Entry) => void): FrameSink {
  const stamps = stampReader();
  const hash = entryHash();
  const entry: Entry = {
    stream: 0,
    ts: '',
    at: 0,
    low: 0,
    high: 0,
    piece: 0,
    bytes: Buffer.alloc(0),
    start: 0,
    end: 0,
  };
  /** Per stream: the timestamp of a full piece whose line may go on, and how many pieces it had. */
  const full: [string, string] = ['', ''];
  const pieces: [number, number] = [0, 0];
  return (stream, bytes, start, end) => {
    const stampEnd = stamps.end(bytes, start, end);
    if (stampEnd < 0) return;
    entry.stream = stream;
    entry.ts = bytes.toString('latin1', start, stampEnd);
    entry.at = stamps.ms(bytes, start, stampEnd);
    hash.of(bytes, start, end);
    entry.low = stream === 0 ? hash.low : ~hash.low >>> 0;
    entry.high = hash.high;
    entry.bytes = bytes;
    entry.start = stampEnd + 1;
    entry.end = end;
    entry.piece = full[stream] === entry.ts ? pieces[stream] + 1 : 0;
    const more = end - entry.start >= PIECE && bytes[end - 1] !== NEWLINE;
    full[stream] = more ? entry.ts : '';
    pieces[stream] = entry.piece;
    use(entry);
  };
}

/** A copy that outlives the call. */
export function keepEntry(entry: Entry): Entry {
  const bytes = Buffer.from(entry.bytes.subarray(entry.start, entry.end));
  return { ...entry, bytes, start: 0, end: bytes.length };
}

export function positionOf({ stream, ts, at, low, high }: Position): Position {
  return { stream, ts, at, low, high };
}

/** Whether an entry is the one that stands at a position. */
export function isAt(entry: Position, position: Position): boolean {
  return (
    entry.low === position.low &&
    entry.high === position.high &&
    entry.stream === position.stream &&
    entry.ts === position.ts
  );
}

/** First half of the key that tells equal pieces of one line apart; the second half is `entry.high`. */
export function keyOf(entry: Entry): number {
  return entry.piece === 0 ? entry.low : mix(entry.low + entry.piece);
}
