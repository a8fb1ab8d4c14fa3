import { expect, test } from 'vitest';
import { closest } from '../src/config/closest.ts';

const NAMES = ['limits', 'errors', 'critical', 'heal', 'QT_LIMITS_ERRORS'];

test.each([
  ['limitz', 'limits'],
  ['Errors', 'errors'],
  ['criticl', 'critical'],
  ['QT_LIMIT_ERRORS', 'QT_LIMITS_ERRORS'],
  ['tea', undefined],
  ['x', undefined],
  ['', undefined],
])('%s was probably meant to be %s', (word, meant) => {
  expect(closest(word, NAMES)).toBe(meant);
});
