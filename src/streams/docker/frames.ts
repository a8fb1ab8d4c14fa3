/** 0 is stdout, 1 is stderr. */
export type StreamIndex = 0 | 1;

/** Gets one stored record: the bytes from `start` to `end` of `chunk`, valid only during the call. */
export type FrameSink = (stream: StreamIndex, chunk: Buffer, start: number, end: number) => void;

/** Turns the bytes of an answer into records, however they are cut. */
export interface Framer {
  push(chunk: Buffer): void;
  /** The answer has ended: what is left is a record if the format allows it. */
  end(): void;
}

/** The engine could not go on reading a log: it says so in the stream itself (a frame of type 3). */
export class LogReadError extends Error {
  override readonly name = 'LogReadError';
}

/** Docker writes at most 16 KiB and a timestamp a frame; what claims more than this is not a frame. */
const LONGEST_FRAME = 4 * 1024 * 1024;

/**
 * Docker's multiplexed format: 8 bytes of header (type, three zeros, length), then the payload. Throws `LogReadError`
 * for a frame of type 3 and for bytes that cannot be frames.
 */
export function multiplexedFrames(sink: FrameSink): Framer {
  let rest: Buffer | undefined;
  return { push, end };

  function push(chunk: Buffer): void {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at + 8 <= bytes.length) {
      const type = bytes[at] ?? 0;
      const size = bytes.readUInt32BE(at + 4);
      if (type > 3 || size > LONGEST_FRAME) throw new LogReadError('the stream is not in Docker’s format');
      const next = at + 8 + size;
      if (next > bytes.length) break;
      if (type === 3) throw new LogReadError(bytes.toString('utf8', at + 8, next).trim());
      sink(type === 2 ? 1 : 0, bytes, at + 8, next);
      at = next;
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at);
  }

  function end(): void {
    rest = undefined;
  }
}

const STAMP = 31;
const PIECE = 16_384;
const NEWLINE = 10;
/** So much is kept of a line, in bytes: a terminal may never end one. */
const LONGEST_LINE = 1024 * 1024;

/**
 * The format of containers with a terminal: no frames, every line is `<timestamp> text`, and after each 16 KiB of a
 * longer one the same timestamp stands in the middle of the line. Each line comes out as one record without those, cut after
 * a mebibyte. Only what has come is searched for the end of a line.
 */
export function rawFrames(sink: FrameSink): Framer {
  /** What is there of a line whose end has not come. */
  let parts: Buffer[] = [];
  let size = 0;
  /** The line has been handed on as far as it is kept: what comes until its end is passed over. */
  let isSkipping = false;
  return { push, end };

  function push(chunk: Buffer): void {
    let at = 0;
    for (let next = lineEnd(chunk, at); next > 0; next = lineEnd(chunk, at)) {
      if (size > 0) {
        const line = Buffer.concat([...parts, chunk.subarray(0, next)]);
        forget();
        deliver(line, 0, line.length);
      } else if (!isSkipping) deliver(chunk, at, next);
      isSkipping = false;
      at = next;
    }
    if (at < chunk.length && !isSkipping) keep(chunk.subarray(at));
  }

  function keep(part: Buffer): void {
    parts.push(part);
    size += part.length;
    if (size < LONGEST_LINE) return;
    end();
    isSkipping = true;
  }

  function forget(): void {
    parts = [];
    size = 0;
  }

  function deliver(bytes: Buffer, start: number, stop: number): void {
    if (stop - start <= STAMP + PIECE + STAMP) sink(0, bytes, start, stop);
    else {
      const line = Buffer.concat(pieces(bytes, start, stop));
      sink(0, line, 0, line.length);
    }
  }

  function end(): void {
    if (size === 0) return;
    const line = Buffer.concat(parts);
    forget();
    deliver(line, 0, line.length);
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  return from >= bytes.length ? 0 : bytes.indexOf(NEWLINE, from) + 1;
}

function pieces(bytes: Buffer, start: number, stop: number): Buffer[] {
  const stamp = bytes.subarray(start, start + STAMP);
  const found = [stamp];
  let at = start + STAMP;
  while (at < stop) {
    const cut = Math.min(at + PIECE, stop);
    found.push(bytes.subarray(at, cut));
    const repeated = cut + STAMP <= stop && stamp.equals(bytes.subarray(cut, cut + STAMP));
    at = repeated ? cut + STAMP : cut;
  }
  return found;
}
