import type { StreamIndex } from './frames.ts';
import type { JoinerState } from './saved-position.ts';

/** Docker cuts what a container writes into records of at most this many bytes; only a full one can go on. */
export const PIECE = 16_384;

/** What is kept of one line. Longer ones are counted once and judged on what is kept. */
const LONGEST_LINE = 1 << 20;

/** How long a line without an end waits for the rest before it counts, in milliseconds. */
export const OPEN_LINE = 1_000;

const NEWLINE = 10;
const RETURN = 13;

/** Gets a whole line: decoded, without its line ending. `ts` and `at` are those of its first piece. */
export type LineSink = (stream: StreamIndex, ts: string, at: number, text: string) => void;

/**
 * Joins the pieces of long lines, stream by stream. A piece belongs to the open line if it has the same timestamp; a
 * line ends with a newline, with a piece that is not full, with another timestamp, or when nothing more has come for
 * a second. What comes after that with the same timestamp still belongs to it and is not counted again.
 */
export interface LineJoiner {
  /** The content of one record, from `start` to `end`, which came at `now`. */
  push(
    stream: StreamIndex,
    ts: string,
    at: number,
    bytes: Buffer,
    start: number,
    end: number,
    now: number,
  ): void;
  /** Ends the lines that have been open for too long. */
  idle(now: number): void;
  /** Ends all open lines: the run is over. */
  flush(): void;
  readonly open: boolean;
  /** Nothing is open in this stream, and nothing is still to come of a line that has been counted. */
  isIdle(stream: StreamIndex): boolean;
  snapshot(): JoinerState;
}

interface Open {
  readonly ts: string;
  readonly at: number;
  readonly parts: Buffer[];
  size: number;
  touched: number;
}

/** `nuls` is called for each line that held NUL characters, which are dropped: most of them are text in UTF-16. */
export function lineJoiner(
  sink: LineSink,
  saved?: JoinerState,
  nuls: () => void = () => undefined,
): LineJoiner {
  const open: (Open | undefined)[] = [restored(saved, 0), restored(saved, 1)];
  const counted: [string, string] = [saved?.counted[0] ?? '', saved?.counted[1] ?? ''];
  return {
    push,
    idle,
    flush,
    get open() {
      return open[0] !== undefined || open[1] !== undefined;
    },
    isIdle: (stream) => open[stream] === undefined && counted[stream] === '',
    snapshot,
  };

  function push(
    stream: StreamIndex,
    ts: string,
    at: number,
    bytes: Buffer,
    start: number,
    end: number,
    now: number,
  ): void {
    const last = end - start < PIECE || bytes[end - 1] === NEWLINE;
    const begun = open[stream];
    if (begun?.ts === ts) {
      keep(begun, bytes, start, end, now);
      if (last) close(stream, begun);
      return;
    }
    if (begun !== undefined) {
      close(stream, begun);
      counted[stream] = begun.ts;
    }
    if (counted[stream] === ts) return;
    counted[stream] = '';
    if (last) sink(stream, ts, at, text(bytes, start, end, nuls));
    else {
      const line: Open = { ts, at, parts: [], size: 0, touched: now };
      keep(line, bytes, start, end, now);
      open[stream] = line;
    }
  }

  function close(stream: StreamIndex, line: Open): void {
    open[stream] = undefined;
    const bytes = Buffer.concat(line.parts);
    sink(stream, line.ts, line.at, text(bytes, 0, bytes.length, nuls));
  }

  function idle(now: number): void {
    for (const stream of [0, 1] as const) {
      const line = open[stream];
      if (line === undefined) continue;
      // A clock that has stepped back must not keep it open.
      line.touched = Math.min(line.touched, now);
      if (now - line.touched < OPEN_LINE) continue;
      counted[stream] = line.ts;
      close(stream, line);
    }
  }

  function flush(): void {
    idle(Infinity);
  }

  function snapshot(): JoinerState {
    const lines = open.map((line) =>
      line === undefined
        ? null
        : { ts: line.ts, at: line.at, bytes: Buffer.concat(line.parts).toString('base64') },
    );
    return { open: lines, counted: [...counted] };
  }
}

/** Copies what is to be kept: the chunk is not ours. */
function keep(line: Open, bytes: Buffer, start: number, end: number, now: number): void {
  line.touched = now;
  const room = LONGEST_LINE - line.size;
  if (room <= 0) return;
  const part = Buffer.from(bytes.subarray(start, Math.min(end, start + room)));
  line.parts.push(part);
  line.size += part.length;
}

function text(bytes: Buffer, start: number, end: number, nuls: () => void): string {
  let stop = end;
  if (stop > start && bytes[stop - 1] === NEWLINE) stop--;
  if (stop > start && bytes[stop - 1] === RETURN) stop--;
  const decoded = bytes.toString('utf8', start, stop);
  if (!decoded.includes('\0')) return decoded;
  nuls();
  // Of a return in UTF-16 the NUL has hidden that it ends the line.
  return decoded.replaceAll('\0', '').replace(/\r$/, '');
}

function restored(saved: JoinerState | undefined, stream: StreamIndex): Open | undefined {
  const line = saved?.open[stream];
  if (line === undefined || line === null) return undefined;
  const bytes = Buffer.from(line.bytes, 'base64');
  return { ts: line.ts, at: line.at, parts: [bytes], size: bytes.length, touched: 0 };
}
