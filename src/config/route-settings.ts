import * as z from 'zod';
import { KINDS } from '../model.ts';
import { channelNames, configuredChannels } from '../sinks/alert/channel-names.ts';
import { parseQuietHours } from '../time/quiet-hours.ts';
import { between, flag, list, wait } from './values.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How urgent a message is, the most urgent first. */
export const SEVERITIES = ['page', 'alert', 'note'] as const;

/** The severity of the messages about a rule. */
export const severity = z
  .enum(SEVERITIES)
  .default('alert')
  .describe(
    'page: it never waits for quiet hours. note: the least. An escalation is a page whatever the rule says.',
  );

/** One value or several. */
const several = list.optional();

/** Which messages go to which channels. */
export const route = z.strictObject({
  match: z
    .strictObject({
      severity: z
        .union([z.enum(SEVERITIES).transform((one) => [one]), z.array(z.enum(SEVERITIES)).min(1)])
        .optional()
        .describe('Severities of messages: page, alert, note.'),
      rule: several.describe('Globs of the names of rules and limits that are reached.'),
      container: several.describe('Globs of the containers that it is about.'),
      kind: z
        .union([z.enum(KINDS).transform((one) => [one]), z.array(z.enum(KINDS)).min(1)])
        .optional()
        .describe('Kinds of events that the limits count.'),
      host: several.describe('Globs of hosts: the name of the engine in sources.docker, else name.'),
    })
    .prefault({})
    .describe('What a message must be; every line that is given must fit. None: every message.'),
  to: list.describe('Names of the channels that get it; none: nobody does.'),
  groupWait: between(0, 5 * MINUTE, 'of at most 5m')
    .default(0)
    .describe('Time that the message which opens an incident waits there for what follows, 0s to 5m.'),
  repeat: wait
    .optional()
    .describe(
      'Time after which the last message is sent again, for as long as nobody acknowledges and it is not over; 1s to 24h.',
    ),
  continue: flag.default(false).describe('Goes on to the routes that follow although this one fits.'),
});

/** When a channel is not to be disturbed. */
export const quiet = z
  .strictObject({
    hours: list
      .refine((texts) => texts.length > 0 && texts.every((text) => parseQuietHours(text) !== undefined), {
        message: 'expected hours such as 22:00-07:00, or sat-sun 00:00-24:00',
      })
      .describe(
        'Times such as 22:00-07:00, on certain days: sat-sun 00:00-24:00. The day is that on which they begin.',
      ),
    zone: z
      .string()
      .refine(isZone, 'expected a time zone such as Europe/Oslo')
      .optional()
      .describe('Time zone of the hours, such as Europe/Oslo. Default: that of this host.'),
  })
  .describe('When notes and alerts wait, to come as one message at its end. A page never waits.');

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The alerts' settings, as far as routes depend on them. */
interface Routed {
  readonly webhook: string;
  readonly channels: readonly (Parameters<typeof channelNames>[0][number] & {
    readonly fallback?: string | undefined;
  })[];
  readonly routes: readonly { readonly to: readonly string[] }[];
}

/** Refuses a route or a fallback to a channel that is not there, and fallbacks that lead in a circle. */
export function routesFit(alerts: Routed, context: z.RefinementCtx): void {
  const settings = configuredChannels(alerts);
  // An address that is none has been refused already.
  if (settings.some(({ url }) => url !== undefined && !URL.canParse(url))) return;
  const names = channelNames(settings);
  const own = names.slice(names.length - alerts.channels.length);
  const there = `expected the name of a channel (there is ${names.length === 0 ? 'none' : names.join(', ')})`;
  const refuse = (message: string, ...path: (string | number)[]): void =>
    context.addIssue({ code: 'custom', path, message });
  alerts.routes.forEach(({ to }, route) =>
    to.forEach((name, index) => {
      if (!names.includes(name)) refuse(there, 'routes', route, 'to', index);
    }),
  );
  const next = new Map(own.map((name, index) => [name, alerts.channels[index]?.fallback]));
  alerts.channels.forEach(({ fallback }, index) => {
    if (fallback === undefined) return;
    if (!names.includes(fallback)) refuse(there, 'channels', index, 'fallback');
    else if (comesBack(own[index] ?? '', next)) refuse(CIRCLE, 'channels', index, 'fallback');
  });
}

const CIRCLE = 'expected a channel whose own fallbacks do not lead back to this one';

function comesBack(name: string, next: ReadonlyMap<string, string | undefined>): boolean {
  let at = next.get(name);
  for (let steps = 0; at !== undefined && steps < next.size; steps += 1) {
    if (at === name) return true;
    at = next.get(at);
  }
  return false;
}
