import { h, type Element } from './node.ts';

/** What a view needs to know of its reader: the present moment, and how moments are written in the reader's zone. */
export interface Show {
  readonly now: number;
  /** `16:29:40`. */
  readonly clock: (at: number) => string;
  /** `2025-12-17`. */
  readonly day: (at: number) => string;
}

/** Moments as UTC, for files that are read anywhere and must not depend on where they are made. */
export function inUtc(now: number): Show {
  const iso = (at: number): string => new Date(at).toISOString();
  return { now, clock: (at) => iso(at).slice(11, 19), day: (at) => iso(at).slice(0, 10) };
}

/** Moments in the zone of this process or browser. */
export function inLocalTime(now: number): Show {
  const local = (at: number): string =>
    new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
  return { now, clock: (at) => local(at).slice(11, 19), day: (at) => local(at).slice(0, 10) };
}

/** A moment in words: the time, with its day where that is not today. */
export function momentText(at: number, { now, clock, day }: Show): string {
  return day(at) === day(now) ? clock(at) : `${day(at)} ${clock(at)}`;
}

/** A moment, with UTC on hover. */
export function moment(at: number, show: Show): Element {
  const iso = new Date(at).toISOString();
  const utc = `${iso.slice(0, 19).replace('T', ' ')} UTC`;
  return h('time', { datetime: iso, title: utc }, momentText(at, show));
}

/** A length of time for people, in whole seconds and two units at most: `40 s`, `3 h 12 min`, `2 d 1 h`. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit));
  const parts = [
    [days ?? 0, 'd'],
    [(hours ?? 0) % 24, 'h'],
    [(minutes ?? 0) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}
