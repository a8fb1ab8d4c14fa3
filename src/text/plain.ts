import { formatDuration } from '../time/duration.ts';

/** Numbers and moments as people write them, in one place for every output. */

/** `1 error`, `1204 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A length of time in whole seconds, of at most two units: `2h13m`. One that has passed is `0s`. */
export function span(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms / 1_000)) * 1_000);
}

/** By how much two clocks differ, from the one that is ahead: `70m ahead of`, `6s behind`. */
export function apart(offset: number): string {
  return `${span(Math.abs(offset))} ${offset < 0 ? 'behind' : 'ahead of'}`;
}

/** `14:03:22`, local time: for a terminal, whose reader is where the host is. */
export function localTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** `14:03:22 (in 4m10s)`, local time, of a moment that is to come. */
export function upcoming(at: number, now: number): string {
  return `${localTime(at)} (in ${span(at - now)})`;
}

/** `2025-12-17 16:18:07 +01:00`, local time with its offset: what is compared with a log. */
export function localDateTime(at: number): string {
  const offset = -new Date(at).getTimezoneOffset();
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${local} ${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** `16:18:07 UTC`. Messages are read by people in other places than the host: UTC is the time they share. */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}

/** `2025-12-17 16:18:07 UTC`. */
export function utcDateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
