import * as z from 'zod';
import { limit, sign, span } from './values.ts';

const MINUTE = 60_000;

/** The settings of what is found by comparing with the past. Durations are in milliseconds once parsed. */
export const learning = z
  .strictObject({
    new: sign.describe('An error or critical message that was never seen of its image in 90 days.'),
    back: sign.describe('One that comes back after at least 7 days.'),
    rate: sign.describe('Errors that come far more often than usual, or rise slowly over days.'),
    silent: sign.describe('A container that always logged and does not any more.'),
    limit: limit
      .default(3)
      .describe('How often a message must come within window before new or back tells it; at least 1.'),
    window: span.default(10 * MINUTE).describe('Within how long, 1s to 7d.'),
  })
  .prefault({})
  .describe(
    'What is found by comparing with the past, see docs/learning.md: off, note (told beside incidents) or alert. None heals.',
  );

/** A day of the week and a time of day, as people write them. */
const WEEKLY = /^(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:[01]\d|2[0-3]):[0-5]\d$/;

/** The settings of the weekly digest. */
export const digest = z
  .strictObject({
    schedule: z
      .union([
        z.literal('off'),
        z.string().regex(WEEKLY, 'expected off, or a day and a time such as monday 04:00'),
      ])
      .default('off')
      .describe(
        'When the last week is looked back upon in the report and one message: off, or a day and a local time such as monday 04:00.',
      ),
  })
  .prefault({})
  .describe('The weekly digest, see docs/learning.md.');
