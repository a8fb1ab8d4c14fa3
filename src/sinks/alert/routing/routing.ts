import type { Config } from '../../../config/config.ts';
import type { Effect } from '../../../model.ts';
import type { QuietUntil } from '../../../time/quiet-hours.ts';
import { quietUntil } from '../../../time/quiet-hours.ts';
import { channelNames, configuredChannels } from '../channel-names.ts';
import { aboutOf, type Severity } from './about.ts';
import { type Looked, lookedAt } from './fit.ts';

/** Who gets a message, and when. Pure: what it says of a message depends on the settings and on that message alone. */
export interface Routing {
  /** Names of all channels. */
  readonly channels: readonly string[];
  /** Names of the channels that get the message; none if nobody does. */
  readonly recipients: (effect: Effect) => readonly string[];
  readonly severity: (effect: Effect) => Severity;
  /** How long the opening of an incident waits for what follows, in milliseconds. */
  readonly groupWait: (effect: Effect, channel: string) => number;
  /** How often what nobody acknowledges is sent again, in milliseconds; undefined: never. */
  readonly repeat: (effect: Effect, channel: string) => number | undefined;
  /** Until when a channel is quiet at a moment; undefined: it is not. */
  readonly quietUntil: (channel: string, at: number) => number | undefined;
  /** After how long an alert that nobody has acknowledged becomes a page, in milliseconds; undefined: never. */
  readonly pageAfter: number | undefined;
  /** The channel that stands in for another one. */
  readonly fallback: (channel: string) => string | undefined;
  /** Why nobody gets a message, for people. */
  readonly nobody: (effect: Effect) => string;
}

/** The routing that the settings ask for. */
export function routingOf(config: Pick<Config, 'name' | 'rules' | 'alerts'>): Routing {
  const { routes } = config.alerts;
  const settings = configuredChannels(config.alerts);
  const channels = channelNames(settings);
  const quiet = new Map<string, QuietUntil>();
  const fallbacks = new Map<string, string>();
  settings.forEach((setting, index) => {
    const name = channels[index] ?? '';
    if ('quiet' in setting && setting.quiet !== undefined)
      quiet.set(name, quietUntil(setting.quiet.hours, setting.quiet.zone));
    if ('fallback' in setting && setting.fallback !== undefined) fallbacks.set(name, setting.fallback);
  });
  const fitting = (effect: Effect): readonly Looked[] =>
    routes.length === 0 ? [] : lookedAt(routes, aboutOf(effect, config)).filter(({ fits }) => fits === 'yes');
  const routeTo = (effect: Effect, channel: string): Looked['route'] | undefined =>
    fitting(effect).find(({ route }) => route.to.includes(channel))?.route;
  return {
    channels,
    recipients: (effect) => {
      const found = fitting(effect);
      if (found.length === 0) return channels;
      const named = new Set(found.flatMap(({ route }) => route.to));
      return channels.filter((name) => named.has(name));
    },
    severity: (effect) => aboutOf(effect, config).severity,
    groupWait: (effect, channel) => routeTo(effect, channel)?.groupWait ?? 0,
    repeat: (effect, channel) => routeTo(effect, channel)?.repeat,
    quietUntil: (channel, at) => quiet.get(channel)?.(at),
    // Where every message is told alike, a page would only be one more.
    pageAfter: routes.length > 0 || quiet.size > 0 ? config.alerts.pageAfter : undefined,
    fallback: (channel) => fallbacks.get(channel),
    nobody: (effect) => {
      if (channels.length === 0) return 'no channel is configured';
      const index = fitting(effect).at(-1)?.index ?? 0;
      return `told to nobody: alerts.routes[${index}] fits, and names no channel`;
    },
  };
}

/** Every message to all of these channels, at once. */
export function toEveryChannel(channels: readonly string[]): Routing {
  return {
    channels,
    recipients: () => channels,
    severity: () => 'alert',
    groupWait: () => 0,
    repeat: () => undefined,
    quietUntil: () => undefined,
    pageAfter: undefined,
    fallback: () => undefined,
    nobody: () => 'no channel is configured',
  };
}
