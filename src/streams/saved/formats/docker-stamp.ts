import { parseStamp } from '../../../time/timestamp.ts';

/** Length of the timestamps that Docker prints: `2025-12-17T16:06:14.123456789Z`. */
const USUAL = 30;
const ZERO = 48;
const DASH = 45;
const COLON = 58;
const DOT = 46;
const TEE = 84;
const ZULU = 90;

/** Reads the timestamp that a text begins with; built for being called once for every line of gigabytes. */
export interface DockerStamp {
  /** Length of the timestamp at the beginning of the text; 0 if there is none. */
  read(text: string): number;
  /** The moment last read, in epoch milliseconds. */
  readonly at: number;
}

/** A reader that remembers the last day: Docker's own form is read digit by digit, any other RFC 3339 as well. */
export function dockerStamp(): DockerStamp {
  let dayKey = -1;
  let dayMs = 0;
  let at = 0;
  return {
    read,
    get at() {
      return at;
    },
  };

  function read(text: string): number {
    const first = text.charCodeAt(0) - ZERO;
    if (!(first >= 0 && first <= 9)) return 0;
    if (
      text.charCodeAt(29) !== ZULU ||
      text.charCodeAt(10) !== TEE ||
      text.charCodeAt(19) !== DOT ||
      text.charCodeAt(4) !== DASH ||
      text.charCodeAt(7) !== DASH ||
      text.charCodeAt(13) !== COLON ||
      text.charCodeAt(16) !== COLON
    )
      return slow(text);
    const key = two(text, 0) * 1e6 + two(text, 2) * 1e4 + two(text, 5) * 100 + two(text, 8);
    const time = two(text, 11) * 3_600 + two(text, 14) * 60 + two(text, 17);
    const ms = two(text, 20) * 10 + two(text, 22) / 10;
    if (!(time >= 0 && time < 86_400 && ms >= 0)) return slow(text);
    if (key !== dayKey) {
      const day = Date.parse(text.slice(0, 10));
      if (Number.isNaN(day)) return slow(text);
      dayKey = key;
      dayMs = day;
    }
    at = dayMs + time * 1_000 + Math.floor(ms);
    return USUAL;
  }

  function slow(text: string): number {
    const stamp = parseStamp(text);
    if (stamp === undefined) return 0;
    at = stamp.at;
    return stamp.length;
  }
}

/** Two digits as a number; NaN if they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
