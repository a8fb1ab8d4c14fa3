import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuietHours, quietUntil } from '../src/time/quiet-hours.ts';
import { zoneClock } from '../src/time/zone-clock.ts';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const shown = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString();

describe('quiet hours', () => {
  test.each([
    // hours, zone, moment, the end of the quiet
    [['22:00-07:00'], 'UTC', '2026-11-26T21:59:59.999Z', undefined],
    [['22:00-07:00'], 'UTC', '2026-11-26T22:00:00Z', '2026-11-27T07:00:00.000Z'],
    [['22:00-07:00'], 'UTC', '2026-11-27T06:59:59.999Z', '2026-11-27T07:00:00.000Z'],
    [['22:00-07:00'], 'UTC', '2026-11-27T07:00:00Z', undefined],
    [['22:00-07:00'], 'Europe/Oslo', '2026-11-26T21:30:00Z', '2026-11-27T06:00:00.000Z'],
    // In spring the clocks go from 2 to 3: the night is an hour shorter. In autumn it is an hour longer.
    [['22:00-07:00'], 'Europe/Oslo', '2026-03-28T22:00:00Z', '2026-03-29T05:00:00.000Z'],
    [['22:00-07:00'], 'Europe/Oslo', '2026-10-24T21:00:00Z', '2026-10-25T06:00:00.000Z'],
    // An hour that is skipped is not waited for; one that comes twice is quiet twice.
    [['02:00-03:00'], 'Europe/Oslo', '2026-03-29T01:00:00Z', undefined],
    [['02:00-03:00'], 'Europe/Oslo', '2026-10-25T00:30:00Z', '2026-10-25T02:00:00.000Z'],
    // Half an hour of difference to the whole hours, and a change of half an hour.
    [['22:00-07:00'], 'Asia/Kolkata', '2026-11-26T17:00:00Z', '2026-11-27T01:30:00.000Z'],
    [['22:00-07:00'], 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T20:00:00.000Z'],
    // The day is that on which they begin: the night from Sunday to Monday is Sunday's.
    [['sat-sun 22:00-07:00'], 'UTC', '2026-11-30T06:00:00Z', '2026-11-30T07:00:00.000Z'],
    [['sat-sun 22:00-07:00'], 'UTC', '2026-11-28T06:00:00Z', undefined],
    [['fri-mon 12:00-13:00'], 'UTC', '2026-11-30T12:30:00Z', '2026-11-30T13:00:00.000Z'],
    [['fri-mon 12:00-13:00'], 'UTC', '2026-11-26T12:30:00Z', undefined],
    // What follows without a gap is one quiet.
    [['22:00-07:00', 'sat-sun 00:00-24:00'], 'UTC', '2026-11-27T23:00:00Z', '2026-11-30T07:00:00.000Z'],
    [['00:00-24:00'], 'UTC', '2026-11-27T23:00:00Z', '2026-12-05T23:00:00.000Z'],
  ])('%j in %s at %s end at %s', (hours, zone, moment, end) => {
    expect(shown(quietUntil(hours, zone)(at(moment)))).toBe(end);
  });

  test.each(['22:00', '25:00-07:00', '22:00-24:01', '10:00-10:00', 'someday 10:00-11:00', '22:60-07:00', ''])(
    'are none: %j',
    (text) => {
      expect(parseQuietHours(text)).toBeUndefined();
    },
  );

  test('end at the first minute that is not quiet, in every zone and over every change of its clocks', () => {
    const zones = ['UTC', 'Europe/Oslo', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const time = fc.integer({ min: 0, max: 24 * 60 - 1 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        time,
        time,
        fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
        fc.integer({ min: -1_440, max: 1_440 }),
        (zone, from, to, day, minutes) => {
          fc.pre(from !== to);
          const text = `${clockText(from)}-${clockText(to)}`;
          const clock = zoneClock(zone);
          const isQuiet = (moment: number): boolean => {
            const { minute } = clock(moment);
            return from < to ? minute >= from && minute < to : minute >= from || minute < to;
          };
          const begin = at(`${day}T00:00:00Z`) + minutes * MINUTE;
          let end = begin;
          while (isQuiet(end)) end += MINUTE;
          expect(shown(quietUntil([text], zone)(begin))).toBe(shown(end === begin ? undefined : end));
        },
      ),
      { numRuns: 200 },
    );
  });
});

function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
