import { isPlausible } from '../saved/stamp-keeper.ts';
import { PLAIN_STAMPS, type PlainStamp } from '../saved/formats/plain-stamps.ts';

/** A line without a time belongs to the one above if it was read no later than this after it, in milliseconds. */
const TOGETHER = 1_000;

/** Programs write with a delay, and clocks of two machines differ, by no more than this: milliseconds. */
const WRITTEN_LATE = 15 * 60_000;
const AHEAD = 60_000;

/** After so many lines without a time in the form that is known, or in any, it is only looked for now and then. */
const PATIENCE = 50;

/** What the times of a group's lines have shown: files that follow each other are written alike. */
export interface TimeForm {
  stamp: PlainStamp | undefined;
  /** What times without a zone are ahead of UTC, in milliseconds; undefined while it is not known. */
  ahead: number | undefined;
}

/**
 * The times of one file's lines, in their order. `of` reads the time that a line begins with, in a form that is known
 * from saved logs. It is believed where the line can have been written then: not after it is read, and, with some
 * allowance, not before the file was last read to its end (`since`, epoch milliseconds). A time without a zone is taken
 * in that of this machine, or in UTC, whichever can be. A line without a time has that of the line above if both are
 * read together, else the time of reading.
 */
export interface LineTimes {
  of(text: string, now: number): number;
  /** The time of a line that is not looked at. */
  next(now: number): number;
  /** The file has been read to its end. */
  caughtUp(now: number): void;
}

export function lineTimes(form: TimeForm, since: number): LineTimes {
  let earliest = since - WRITTEN_LATE;
  let at = 0;
  let readAt = -Infinity;
  let without = 0;
  return { of, next, caughtUp: (now) => void (earliest = now - WRITTEN_LATE) };

  function of(text: string, now: number): number {
    const own = worthLooking() ? timeOf(text, now) : undefined;
    if (own === undefined) {
      without++;
      return next(now);
    }
    without = 0;
    at = Math.min(own, now);
    readAt = now;
    return at;
  }

  function next(now: number): number {
    if (Math.abs(now - readAt) > TOGETHER) at = now;
    readAt = now;
    return at;
  }

  function worthLooking(): boolean {
    return without < PATIENCE || without % PATIENCE === 0;
  }

  function timeOf(text: string, now: number): number | undefined {
    const known = form.stamp === undefined ? undefined : believed(form.stamp, text, now);
    if (known !== undefined || (form.stamp !== undefined && without < PATIENCE)) return known;
    for (const stamp of PLAIN_STAMPS) {
      const found = stamp === form.stamp ? undefined : believed(stamp, text, now);
      if (found === undefined) continue;
      form.stamp = stamp;
      return found;
    }
    return undefined;
  }

  function believed(stamp: PlainStamp, text: string, now: number): number | undefined {
    const moment = stamp.read(text, now);
    if (moment === undefined || !isPlausible(moment.at)) return undefined;
    if (moment.zoned) return isPossible(moment.at, now) ? moment.at : undefined;
    for (const ahead of [form.ahead, aheadHere(moment.at), 0]) {
      if (ahead === undefined || !isPossible(moment.at - ahead, now)) continue;
      form.ahead = ahead;
      return moment.at - ahead;
    }
    return undefined;
  }

  function isPossible(moment: number, now: number): boolean {
    return moment >= earliest && moment <= now + AHEAD;
  }
}

/** By how much a clock on the wall of this machine is ahead of UTC when it shows this, in milliseconds. */
function aheadHere(shown: number): number {
  return -60_000 * new Date(shown).getTimezoneOffset();
}
