import * as z from 'zod';
import { parseDuration } from '../time/duration.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A duration: `3s`, `10m`, `1h30m`, or a number of milliseconds; parsed it is milliseconds. */
export const duration = z
  .union([
    z.number().int().nonnegative(),
    z.string().meta({ pattern: '^(?:\\d+|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+)$' }),
  ])
  .transform((value, context) => {
    if (typeof value === 'number') return value;
    const ms = /^\d+$/.test(value) ? Number(value) : parseDuration(value);
    if (ms === undefined) {
      context.addIssue({ code: 'custom', message: 'expected a duration such as 3s, 10m or 1h30m' });
      return z.NEVER;
    }
    return ms;
  });

/** A duration between two bounds, in milliseconds. */
export function between(least: number, most: number, bounds: string) {
  return duration.refine((ms) => ms >= least && ms <= most, { message: `expected a duration ${bounds}` });
}

/** The length of a window. Bounded, so that no slip can switch counting off. */
export const span = between(SECOND, 7 * 24 * HOUR, 'from 1s to 7d');

/** A time that an incident waits. Bounded, so that no slip can make it nothing or endless. */
export const wait = between(SECOND, 24 * HOUR, 'from 1s to 24h');

/** Names stand in ids, messages and file names. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'expected up to 64 letters, digits, dots, dashes and underscores');

/** Where something on the web is; a secret wherever it is used. */
export const webAddress = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/%(?![0-9a-f]{2})/i.test(text), 'expected two hexadecimal digits after every %');

/** A whole number from 1. */
export const limit = z.coerce.number().int().positive();

/** A whole number from 0. */
export const amount = z.coerce.number().int().nonnegative();

/** Yes or no; from the environment as text. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Names with texts. */
export const texts = z.record(z.string(), z.string());

/** A list; from the environment or a flag also as text parted by commas. */
export const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
]);

/** Program and arguments. A text with blanks and no comma is refused: it would be the name of one program. */
export const argv = list.superRefine((words, context) => {
  const only = words.length === 1 ? words[0] : undefined;
  if (only === undefined || !/\s/.test(only) || only.startsWith('/')) return;
  context.addIssue({ code: 'custom', message: 'expected a list, program and arguments each by itself' });
});
