const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)/;

/** An RFC 3339 timestamp at the start of `text`: its length there, its epoch milliseconds (rounded down). */
export interface Stamp {
  readonly length: number;
  readonly at: number;
}

/** Reads the RFC 3339 timestamp (up to nanoseconds, `Z` or an offset) that `text` begins with; undefined if none. */
export function parseStamp(text: string): Stamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [whole, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 24) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    ms,
  );
  const at = utc - offsetMinutes(zone) * 60_000;
  return Number.isNaN(at) ? undefined : { length: whole.length, at };
}

/** The nanoseconds below the millisecond of a timestamp, as a number from 0 to 999,999: to order equal `at`. */
export function nanosBelowMilli(ts: string): number {
  const dot = ts.indexOf('.');
  if (dot < 0) return 0;
  let digits = '';
  for (let i = dot + 4; i < dot + 10; i++) {
    const code = ts.charCodeAt(i);
    if (!(code >= 48 && code <= 57)) break;
    digits += ts.charAt(i);
  }
  return digits === '' ? 0 : Number(digits.padEnd(6, '0'));
}

/**
 * The timestamp as it is if it stands for `at` (epoch milliseconds), else the one that does, with the digits below the
 * millisecond kept: those of a source whose clock is not ours are told in our time.
 */
export function stampAt(ts: string, at: number): string {
  if (parseStamp(ts)?.at === at) return ts;
  return `${new Date(at).toISOString().slice(0, -1)}${String(nanosBelowMilli(ts)).padStart(6, '0')}Z`;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}
