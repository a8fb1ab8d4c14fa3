import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../time/duration.ts';

/** What options take, read from the command line. Each throws for what it is not, and says what was expected. */

/** A number greater than 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number greater than 0');
  return value;
}

/** A whole number from 1 on. */
export function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1 on');
  return value;
}

/** A duration, in milliseconds; none is 0s. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 30s, 24h or 7d');
  return ms;
}

/** A duration of some length, in milliseconds. */
export function someDuration(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError('expected a duration longer than 0s');
  return ms;
}

/** A port, 0 for any that is free. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port from 0 to 65535');
  return value;
}
