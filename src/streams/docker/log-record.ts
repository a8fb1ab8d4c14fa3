import { recordHash, mix } from './record-hash.ts';
import type { FrameSink, StreamIndex } from './frames.ts';
import { PIECE } from './join-lines.ts';
import { stampReader } from './stamp.ts';

/** A place in a stored log: the record that stands there. `low` and `high` hash timestamp, content and stream. */
export interface LogPosition {
  readonly stream: StreamIndex;
  readonly ts: string;
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

/**
 * One stored log record: a line or a piece of one. The same object is used for every record of a read, so it is valid
 * during the call only; `keepRecord` makes one that lasts, and `MutablePosition` one that can be moved on.
 */
export interface LogRecord extends LogPosition {
  /** Which piece of its line this is, as far as this read shows. */
  readonly piece: number;
  /** The content is from `start` to `end`; its timestamp begins at `from`. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

const hash = recordHash();
const NOTHING = Buffer.alloc(0);

/** A record that decodes its timestamp and computes its hash on first use: of most records neither is used. */
class Hashed implements LogPosition {
  stream: StreamIndex = 0;
  at = 0;
  bytes: Buffer = NOTHING;
  from = 0;
  /** Where the timestamp ends. */
  stampEnd = 0;
  end = 0;
  protected hashed = true;
  protected decoded = true;
  #ts = '';
  #low = 0;
  #high = 0;

  get ts(): string {
    if (!this.decoded) {
      this.#ts = this.bytes.toString('latin1', this.from, this.stampEnd);
      this.decoded = true;
    }
    return this.#ts;
  }

  get low(): number {
    if (!this.hashed) this.#work();
    return this.#low;
  }

  get high(): number {
    if (!this.hashed) this.#work();
    return this.#high;
  }

  #work(): void {
    hash.of(this.bytes, this.from, this.end);
    this.#low = this.stream === 0 ? hash.low : ~hash.low >>> 0;
    this.#high = hash.high;
    this.hashed = true;
  }
}

class ReadRecord extends Hashed implements LogRecord {
  piece = 0;

  get start(): number {
    return this.stampEnd + 1;
  }

  stand(stream: StreamIndex, bytes: Buffer, from: number, stampEnd: number, end: number): void {
    this.stream = stream;
    this.bytes = bytes;
    this.from = from;
    this.stampEnd = stampEnd;
    this.end = end;
    this.hashed = false;
    this.decoded = false;
  }
}

/** The position of the last record that was put there. Costs no object for each, and no hash until it is looked at. */
export class MutablePosition extends Hashed {
  put({ stream, at, bytes, from, start, end }: LogRecord): this {
    this.stream = stream;
    this.at = at;
    this.bytes = bytes;
    this.from = from;
    this.stampEnd = start - 1;
    this.end = end;
    this.hashed = false;
    this.decoded = false;
    return this;
  }

  /** Whether a record has this very timestamp. Neither is decoded for it, and the last digits differ first. */
  isStampOf(record: LogRecord): boolean {
    if (this.decoded) return this.ts === record.ts;
    const length = this.stampEnd - this.from;
    if (record.start - 1 - record.from !== length) return false;
    for (let i = length - 1; i >= 0; i--)
      if (this.bytes[this.from + i] !== record.bytes[record.from + i]) return false;
    return true;
  }

  /** The position by itself. What it was made of can be let go of. */
  take(): LogPosition {
    const position = positionOf(this);
    this.bytes = NOTHING;
    return position;
  }
}

const NEWLINE = 10;

/**
 * Takes frames apart into records, for one read of one log. Frames that do not begin with a moment in time are dropped,
 * and `undated` is called for each.
 */
export function recordsOf(
  use: (record: LogRecord) => void,
  undated: () => void = () => undefined,
): FrameSink {
  const stamps = stampReader();
  const record = new ReadRecord();
  /** Per stream: the timestamp of a full piece whose line may go on, and how many pieces it had. */
  const full: [string, string] = ['', ''];
  const pieces: [number, number] = [0, 0];
  return (stream, bytes, start, end) => {
    const stampEnd = stamps.end(bytes, start, end);
    const at = stampEnd < 0 ? Number.NaN : stamps.ms(bytes, start, stampEnd);
    if (Number.isNaN(at)) {
      undated();
      return;
    }
    record.stand(stream, bytes, start, stampEnd, end);
    record.at = at;
    record.piece = full[stream] !== '' && full[stream] === record.ts ? pieces[stream] + 1 : 0;
    const more = end - record.start >= PIECE && bytes[end - 1] !== NEWLINE;
    full[stream] = more ? record.ts : '';
    pieces[stream] = record.piece;
    use(record);
  };
}

/** A copy that outlives the call. */
export function keepRecord(record: LogRecord): LogRecord {
  const { piece, from, start } = record;
  const bytes = Buffer.from(record.bytes.subarray(from, record.end));
  return { ...positionOf(record), piece, bytes, from: 0, start: start - from, end: bytes.length };
}

export function positionOf({ stream, ts, at, low, high }: LogPosition): LogPosition {
  return { stream, ts, at, low, high };
}

/** Whether a record is the one that stands at a position. */
export function isAt(record: LogPosition, position: LogPosition): boolean {
  return (
    record.ts === position.ts &&
    record.stream === position.stream &&
    record.low === position.low &&
    record.high === position.high
  );
}

/** Whether a record has the very timestamp of a position. */
export function hasSameTimestamp(record: LogRecord, position: LogPosition): boolean {
  if (record.at !== position.at) return false;
  return position instanceof MutablePosition ? position.isStampOf(record) : record.ts === position.ts;
}

/** First half of the key that tells equal pieces of one line apart; the second half is `record.high`. */
export function keyOf(record: LogRecord): number {
  return record.piece === 0 ? record.low : mix(record.low + record.piece);
}
