import * as z from 'zod';
import { wait } from './values.ts';

const MINUTE = 60_000;

const loudness = z
  .enum(['off', 'note', 'alert'])
  .default('alert')
  .describe('alert: channels and report. note: only the report. off: not at all.');

function state(what: string, after: number) {
  return z
    .strictObject({
      tell: loudness,
      after: wait.default(after).describe('Time that it must last before it is told, 1s to 24h.'),
    })
    .prefault({})
    .describe(`${what}.`);
}

/** The settings of what containers and engines are. Durations are in milliseconds once parsed. */
export const states = z
  .strictObject({
    down: state('A container that has run is down, and nobody stopped it', MINUTE),
    unhealthy: state("A container's health check has failed without a break", 2 * MINUTE),
    engine: state('The Docker Engine is away', MINUTE),
    storage: state(
      'The state of this program cannot be stored, as on a full disk; no heal is started meanwhile',
      10_000,
    ),
    clock: z
      .strictObject({ tell: loudness })
      .prefault({})
      .describe('The clock of this host was set back by more than a minute.'),
    silence: z
      .strictObject({ tell: loudness })
      .prefault({})
      .describe('Nothing at all is logged on this host for a whole window.'),
  })
  .prefault({})
  .describe('What containers and the engine are, told while it lasts; no heal is run for it.');
