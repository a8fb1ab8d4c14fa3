import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { parseDuration } from '../time/duration.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A duration: `3s`, `10m`, `1h30m`, or a number of milliseconds from 1000; parsed it is milliseconds. */
export const duration = z
  .union([
    z.number().int().nonnegative(),
    z.string().meta({ pattern: '^(?:\\d+|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+)$' }),
  ])
  .transform((value, context) => {
    const bare = typeof value === 'number' || /^\d+$/.test(value);
    const ms = bare ? Number(value) : parseDuration(value);
    // Less than a second without a unit: seconds or minutes were meant.
    if (ms === undefined || (bare && ms > 0 && ms < SECOND)) {
      const unit = bare ? 'with its unit, ' : '';
      context.addIssue({ code: 'custom', message: `expected a duration ${unit}such as 3s, 10m or 1h30m` });
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

const LIMIT_OR_OFF = { error: 'expected a whole number from 1, or off' };

/** A limit that can be switched off. */
export const limitOrOff = z.union(
  [
    z.literal('off'),
    z.literal(false).transform(() => 'off' as const),
    z.coerce.number(LIMIT_OR_OFF).int(LIMIT_OR_OFF).positive(LIMIT_OR_OFF),
  ],
  LIMIT_OR_OFF,
);

/** A path; `~` at its beginning is the home directory of the user that the program runs as, as in a shell. */
export const path = z.string().min(1).superRefine(refuseHomeOfOthers).transform(atHome);

/** A whole number from 0. */
export const amount = z.coerce.number().int().nonnegative();

/** Yes or no; from the environment as text. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'expected true or false',
});

/** Names with texts. */
export const texts = z.record(z.string(), z.string());

/** A list; from the environment or a flag also as text parted by commas, of which quotes around all or a part are peeled. */
export const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    peeled(text)
      .split(',')
      .map(peeled)
      .filter((part) => part !== ''),
  ),
]);

/** A list of paths or globs of such. */
export const paths = list
  .superRefine((each, context) => each.forEach((one) => refuseHomeOfOthers(one, context)))
  .transform((each) => each.map(atHome));

/** Program and arguments. A text with blanks and no comma is refused: it would be the name of one program. */
export const argv = list
  .transform(([program, ...args]) => (program === undefined ? [] : [atHome(program), ...args]))
  .superRefine((words, context) => {
    const only = words.length === 1 ? words[0] : undefined;
    if (only === undefined || !/\s/.test(only) || only.startsWith('/')) return;
    context.addIssue({ code: 'custom', message: 'expected a list, program and arguments each by itself' });
  });

/** Without blanks and one pair of quotes around it: those of a shell are still there in an `EnvironmentFile` of Docker. */
function peeled(text: string): string {
  const trimmed = text.trim();
  return /^(["'])(?:(?!\1).)*\1$/.exec(trimmed) === null ? trimmed : trimmed.slice(1, -1).trim();
}

function atHome(text: string): string {
  return text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text;
}

function refuseHomeOfOthers(text: string, context: z.RefinementCtx): void {
  if (/^~[^/]/.test(text))
    context.addIssue({
      code: 'custom',
      message: 'expected a path such as /home/NAME/… (~NAME is not supported)',
    });
}
