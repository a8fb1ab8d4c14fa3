import { expect, test } from 'vitest';
import { exactDuration, formatDuration, parseDuration } from '../src/time/duration.ts';

test.each([
  [0, '0s'],
  [250, '250ms'],
  [2_000, '2s'],
  [2_499, '2.5s'],
  [9_949, '9.9s'],
  [9_960, '9.9s'],
  [59_999, '59s'],
  [61_400, '1m1s'],
  [5_400_000, '1h30m'],
  [90_061_000, '1d1h'],
  [-1_500, '-1.5s'],
])('%i ms are read as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('a setting is shown exactly, so that it can be written back', () => {
  for (const ms of [250, 2_499, 90_061_007]) expect(parseDuration(exactDuration(ms))).toBe(ms);
});
