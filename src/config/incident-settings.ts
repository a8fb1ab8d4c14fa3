import * as z from 'zod';
import { amount, between, duration, limit, wait } from './values.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The settings of incidents: of their times, their heals and their reminders. Durations are in milliseconds once parsed. */
export const incident = z
  .strictObject({
    groupWait: between(0, 5 * MINUTE, 'of at most 5m')
      .default(3 * SECOND)
      .describe(
        'Time from the first breach to the message, 0s to 5m; further breaches join it and never extend it.',
      ),
    settle: wait
      .default(MINUTE)
      .describe('Time after a heal has ended in which nothing counts as evidence, 1s to 24h.'),
    verify: wait
      .default(10 * MINUTE)
      .describe('How long quiet, alive and observed must last for a recovery, 1s to 24h.'),
    resolveRatio: z.coerce
      .number()
      .positive()
      .max(1)
      .default(0.5)
      .describe(
        "Part of a limit's rate that still is quiet: above 0, at most 1. Rounded down: at 0.5, 4 errors in 10m for 50 an hour.",
      ),
    aliveGrace: duration
      .default(5 * MINUTE)
      .describe('Time that an expected container may be down before the heal counts as failed.'),
    verifyMax: wait
      .default(HOUR)
      .describe(
        'Longest verification, 1s to 24h. Then resolved if no limit was reached meanwhile and nothing is down, else decided again.',
      ),
    maxAttempts: limit
      .default(2)
      .describe('Heals of one incident, at least 1. The breach after the last one escalates.'),
    cooldown: duration
      .default(15 * MINUTE)
      .describe(
        'Time from the end of a heal to the next heal of any incident; doubles with each that follows closely.',
      ),
    cooldownMax: duration.default(4 * HOUR).describe('Longest cooldown; it doubles no further.'),
    streakReset: duration
      .default(HOUR)
      .describe(
        'Time since the last heal (at least twice its cooldown) after which the cooldown is back at its base value.',
      ),
    budget: limit
      .default(4)
      .describe(
        'Heals of all incidents within budgetWindow, at least 1. The breach after the last one escalates.',
      ),
    budgetWindow: duration
      .default(24 * HOUR)
      .describe('Length of the rolling window that budget is counted over.'),
    reopenWindow: duration
      .default(30 * MINUTE)
      .describe(
        'Time after a recovery in which a breach reopens the same incident; then the incident is closed.',
      ),
    maxReopens: amount
      .default(2)
      .describe(
        'How often one incident may be reopened; the next relapse escalates as flapping. 0: the first one does.',
      ),
    reminder: duration
      .default(4 * HOUR)
      .describe('Time from an escalation to the first reminder; doubles with each.'),
    reminderMax: duration
      .default(24 * HOUR)
      .describe('Longest time between two reminders; it doubles no further.'),
    updateInterval: duration
      .default(5 * MINUTE)
      .describe(
        'Shortest time between two edits of a sent message; the end of an incident is edited in at once.',
      ),
    freshness: duration
      .default(5 * MINUTE)
      .describe(
        'Longest age of evidence that a heal may start on. What was read back after a start must reach the whole limit within it.',
      ),
    blindAfter: duration
      .default(10 * SECOND)
      .describe(
        'An interruption of reading longer than this is blindness: no heal starts, and a recovery is observed anew.',
      ),
    blindMax: duration
      .default(12 * HOUR)
      .describe(
        'Longest time that an incident waits while blind, before a heal or in its cooldown; then it escalates.',
      ),
  })
  .refine(({ verify, verifyMax }) => verify <= verifyMax, {
    path: ['verify'],
    message: 'expected at most verifyMax: quiet that must last longer could never be seen',
  })
  .prefault({})
  .describe('The life of an incident, see docs/incidents.md.');
