import { zoneClock, type ZoneClock } from './zone-clock.ts';

/** Hours of a day, as `22:00-07:00` or `sat-sun 00:00-24:00` says, in minutes; those that end earlier end on the day after. */
export interface QuietHours {
  /** Days of the week on which they begin, 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  readonly from: number;
  readonly to: number;
}

/** The end of the quiet that a moment lies in (epoch milliseconds), or undefined if it lies in none. */
export type QuietUntil = (at: number) => number | undefined;

const MINUTE = 60_000;
const DAY = 24 * 60;

/** Offsets of time zones change at such moments alone, all over the world. */
const QUARTER = 15 * MINUTE;

/** Quiet that has not ended after so long never does: every hour of the week is quiet. */
const LONGEST = 8 * DAY * MINUTE;

/**
 * Whether a moment is quiet, and until when, by the clocks of a time zone: an hour that is skipped in spring is not
 * waited for, one that comes twice in autumn is quiet twice. Hours that follow each other are one quiet.
 */
export function quietUntil(texts: readonly string[], zone: string | undefined): QuietUntil {
  const hours = texts.flatMap((text) => parseQuietHours(text) ?? []);
  const clock = zoneClock(zone);
  let last = { from: 0, until: 0 };
  return (at) => {
    if (at >= last.from && at < last.until) return last.until;
    if (!isQuiet(hours, clock, at)) return undefined;
    let until = at;
    while (until - at < LONGEST && isQuiet(hours, clock, until)) until = nextLook(hours, clock, until);
    last = { from: at, until };
    return until;
  };
}

/** Hours from their text; undefined where it is none. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, first, last, fromHour, fromMinute, toHour, toMinute] = FORM.exec(text.trim().toLowerCase()) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (Number.isNaN(from) || from >= DAY || to > DAY || from === to) return undefined;
  return { days: daysFrom(first, last ?? first), from, to };
}

const FORM =
  /^(?:(sun|mon|tue|wed|thu|fri|sat)(?:-(sun|mon|tue|wed|thu|fri|sat))? +)?(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/;

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function daysFrom(first = 'sun', last = 'sat'): ReadonlySet<number> {
  const begin = NAMES.indexOf(first);
  const length = (NAMES.indexOf(last) - begin + 7) % 7;
  return new Set(Array.from({ length: length + 1 }, (_, n) => (begin + n) % 7));
}

function isQuiet(hours: readonly QuietHours[], clock: ZoneClock, at: number): boolean {
  const { day, minute } = clock(at);
  return hours.some(({ days, from, to }) => {
    if (from < to) return days.has(day) && minute >= from && minute < to;
    return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to);
  });
}

/** The next moment at which hours may begin or end, or the clocks be changed. */
function nextLook(hours: readonly QuietHours[], clock: ZoneClock, at: number): number {
  const { minute } = clock(at);
  const begun = at - (at % MINUTE);
  const bounds = hours
    .flatMap(({ from, to }) => [from, to])
    .map((bound) => begun + ((bound - minute + DAY - 1) % DAY) * MINUTE + MINUTE);
  return Math.min(at - (at % QUARTER) + QUARTER, ...bounds);
}
