import { parseStamp } from '../../time/timestamp.ts';

const SPACE = 32;
const ZULU = 90;

/** The usual length of an engine's timestamp: `2025-12-17T16:06:14.123456789Z`. */
const USUAL = 30;

/** Some engines (Podman) write other lengths and offsets. */
const LONGEST = 40;

/** Reads the timestamps that the engine writes before every record; remembers the last minute it worked out. */
export interface StampReader {
  /** Where the timestamp that begins at `start` ends; -1 if there is none. */
  end(bytes: Buffer, start: number, stop: number): number;
  /** Epoch milliseconds of the timestamp from `start` to `end`; NaN if it names no moment. */
  ms(bytes: Buffer, start: number, end: number): number;
}

export function stampReader(): StampReader {
  // Both together are all of the bytes up to the minute, so that no two minutes are taken for one.
  let day = -1;
  let minute = -1;
  let minuteMs = 0;
  return { end, ms };

  function end(bytes: Buffer, start: number, stop: number): number {
    if (bytes[start + USUAL] === SPACE && start + USUAL < stop) return start + USUAL;
    const space = bytes.subarray(start, Math.min(start + LONGEST, stop)).indexOf(SPACE);
    return space < 19 ? -1 : start + space;
  }

  function ms(bytes: Buffer, start: number, stop: number): number {
    if (stop - start !== USUAL || bytes[stop - 1] !== ZULU) return slow(bytes, start, stop);
    const date = (pair(bytes, start) * PAIRS + pair(bytes, start + 2)) * PAIRS + pair(bytes, start + 5);
    const time = (pair(bytes, start + 8) * PAIRS + pair(bytes, start + 11)) * PAIRS + pair(bytes, start + 14);
    if (time !== minute || date !== day) {
      day = date;
      minute = time;
      minuteMs = Date.parse(`${bytes.toString('latin1', start, start + 16)}:00Z`);
    }
    const hundreds = (bytes[start + 20] ?? 48) - 48;
    return minuteMs + two(bytes, start + 17) * 1_000 + hundreds * 100 + two(bytes, start + 21);
  }
}

function slow(bytes: Buffer, start: number, stop: number): number {
  return parseStamp(bytes.toString('latin1', start, stop))?.at ?? Number.NaN;
}

/** How many pairs of bytes there are. */
const PAIRS = 0x1_00_00;

function pair(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function two(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 48) * 10 + (bytes[at + 1] ?? 48) - 528;
}
