import { describe, expect, test } from 'vitest';
import { isRotationOf } from '../src/streams/files/find-rest.ts';
import { lineTimes, type TimeForm } from '../src/streams/files/line-times.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2025, 11, 17, 16, 6, 14);

describe('the time of a line', () => {
  const times = (form: TimeForm = { stamp: undefined, ahead: undefined }, since = NOW - MINUTE) =>
    lineTimes(form, since);

  test('is the one that it bears, in any form of saved logs', () => {
    const lines = [
      ['2025-12-17T16:06:10.250Z ERROR failed', NOW - 3_750],
      ['2025-12-17T17:06:11+01:00 ERROR failed', NOW - 3_000],
      ['{"level":"error","time":1765987572000,"msg":"failed"}', NOW - 2_000],
      ['[17/Dec/2025:16:06:13 +0000] "GET /" 500', NOW - 1_000],
    ] as const;
    for (const [text, at] of lines) expect(times().of(text, NOW)).toBe(at);
  });

  test('without a zone is taken in the one that it can have been written in, and so are those after it', () => {
    const form: TimeForm = { stamp: undefined, ahead: undefined };
    const here = -60_000 * new Date(NOW).getTimezoneOffset();
    const local = new Date(NOW + here - 5_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(times(form).of(`${local} ERROR`, NOW)).toBe(NOW - 5_000);
    expect(form.ahead).toBe(here);
    expect(times().of('2025-12-17 16:06:12 ERROR in UTC', NOW)).toBe(NOW - 2_000);
  });

  test('is that of reading where it cannot have been written then', () => {
    expect(times().of('2025-12-10T16:06:10Z a week ago', NOW)).toBe(NOW);
    expect(times().of('2025-12-17T18:06:10Z in two hours', NOW)).toBe(NOW);
    expect(times().of('order 2025-11-01 10:00:00 of last month failed', NOW)).toBe(NOW);
    expect(times().of('2025-12-17T16:06:44Z on a clock ahead', NOW)).toBe(NOW);
  });

  test('may be long ago in a file that has not been read before', () => {
    expect(times(undefined, 0).of('2025-12-10T16:06:10Z a week ago', NOW)).toBe(NOW - 7 * 24 * HOUR - 4_000);
  });

  test('is that of the line above where both are read together, and of reading a second later', () => {
    const one = times();
    const at = one.of('2025-12-17T16:06:00Z Traceback', NOW);
    expect(one.of('  File "x.py", line 3', NOW + 10)).toBe(at);
    expect(one.next(NOW + 900)).toBe(at);
    expect(one.of('Segmentation fault', NOW + 5_000)).toBe(NOW + 5_000);
  });

  test('of a caught-up file is no earlier than its writer can have kept it', () => {
    const one = times(undefined, NOW - HOUR);
    const text = '2025-12-17T15:36:14Z half an hour ago';
    expect(one.of(text, NOW)).toBe(NOW - 30 * MINUTE);
    one.caughtUp(NOW);
    expect(one.of(text, NOW + 5_000)).toBe(NOW + 5_000);
  });
});

test('names that a log is rotated to are told from those of other logs', () => {
  const rotated = [
    'app.log.1',
    'app.log.2.gz',
    'app.log-20251217',
    'app.log-20251217.zst',
    'app-20251217.log',
    'app.2025-12-17.log.gz',
    'app.log.2025-12-17_10-00-00',
  ];
  const others = [
    'app.log',
    'app-errors.log',
    'application.log',
    'app.err',
    'app.log.bak',
    'app.log.1.xz',
    'app2.log',
    'my-app.log.1',
  ];
  expect(rotated.filter((name) => isRotationOf(name, '/var/log/app.log'))).toEqual(rotated);
  expect(others.filter((name) => isRotationOf(name, '/var/log/app.log'))).toEqual([]);
});
