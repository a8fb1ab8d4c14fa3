import { upcoming } from '../text/plain.ts';
import type { Status } from './status.ts';

/** A line for each channel with which something is: it does not take messages, or is not to be disturbed. */
export function channelLines(status: Status): string[] {
  return [...failing(status), ...quiet(status)];
}

/** A line for each channel that has not taken the last message: until when it is left alone, and why. */
function failing({ at, outbox }: Status): string[] {
  const { disabled, failing: all = {} } = outbox;
  return [...new Set([...Object.keys(disabled), ...Object.keys(all)])].map((channel) => {
    const failure = all[channel];
    const next = failure === undefined ? '' : ` at ${upcoming(failure.nextAt, at)}`;
    const why = disabled[channel] ?? failure?.why ?? '';
    return disabled[channel] === undefined
      ? `${channel} has not taken a message, tried again${next}: ${why}`
      : `${channel} is DISABLED, tried again with a new incident or${next === '' ? ' within 15m' : next}: ${why}`;
  });
}

/** A line for each channel whose quiet hours it is. */
function quiet({ at, outbox }: Status): string[] {
  return Object.entries(outbox.quiet ?? {}).map(
    ([channel, until]) => `${channel} is quiet, notes and alerts wait until ${upcoming(until, at)}`,
  );
}
