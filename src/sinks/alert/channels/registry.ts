import type { ChannelType } from '../alert-channel.ts';
import { alertmanager } from './alertmanager.ts';
import { apprise } from './apprise.ts';
import { discord } from './discord.ts';
import { exec } from './exec.ts';
import { generic } from './generic.ts';
import { gotify } from './gotify.ts';
import { mail } from './mail.ts';
import { matrix } from './matrix.ts';
import { mattermost } from './mattermost.ts';
import { ntfy } from './ntfy.ts';
import { opsgenie } from './opsgenie.ts';
import { pagerduty } from './pagerduty.ts';
import { pushover } from './pushover.ts';
import { slackBot } from './slack-bot.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';

/** All that `alerts.channels[].type` may name, tried in this order for an address: the last one matches every address. */
export const CHANNEL_TYPES: readonly ChannelType[] = [
  discord,
  slack,
  slackBot,
  ntfy,
  telegram,
  mattermost,
  teams,
  matrix,
  gotify,
  pushover,
  pagerduty,
  opsgenie,
  alertmanager,
  apprise,
  mail,
  exec,
  generic,
];

/** The address of a channel that has none. */
export const NOWHERE = 'none:';

/** The type of channel for an address: the one named, else the first that matches it. */
export function channelType(url: URL, named?: string): ChannelType {
  return (
    CHANNEL_TYPES.find(({ type, matches }) => (named === undefined ? matches(url) : type === named)) ??
    generic
  );
}

/** The type of the channel that has these settings. */
export function typeOf(setting: {
  readonly url?: string | undefined;
  readonly type?: string | undefined;
}): ChannelType {
  return channelType(new URL(setting.url ?? NOWHERE), setting.type);
}

/** What is missing in a channel's settings, or wrong: the setting and what was expected of it. */
export function channelProblems(
  setting: Readonly<Partial<Record<'url' | 'type' | 'token' | 'from', string | undefined>>> &
    Readonly<Partial<Record<'to' | 'command', readonly string[] | undefined>>>,
): readonly (readonly [setting: string, expected: string])[] {
  const { url, type: named } = setting;
  if (url === undefined && named === undefined)
    return [['url', 'expected an address, or a type that needs none']];
  const { type, address, protocols = WEB, needs = [] } = typeOf(setting);
  if (url === undefined && address === undefined)
    return [['url', `expected the address of the type ${type}`]];
  const missing = needs.filter((name) => (setting[name]?.length ?? 0) === 0);
  return [
    ...(url === undefined || protocols.includes(new URL(url).protocol)
      ? []
      : [wrongAddress(type, protocols)]),
    ...missing.map((name) => [name, `expected a value, which the type ${type} needs`] as const),
  ];
}

function wrongAddress(type: string, protocols: readonly string[]): readonly [string, string] {
  if (protocols.length === 0) return ['url', `expected none: the type ${type} has no address`];
  return ['url', `expected an address with ${protocols.join('// or ')}// for the type ${type}`];
}

const WEB = ['http:', 'https:'];
