import type { Dispatcher } from 'undici';
import type { Config } from '../../config/config.ts';
import { REPORT_CHANNEL } from '../outbox.ts';
import type { AlertChannel, ChannelType } from './alert-channel.ts';
import { discord } from './channels/discord.ts';
import { generic } from './channels/generic.ts';
import { httpChannel } from './http-channel.ts';
import { ntfy } from './channels/ntfy.ts';
import { slack } from './channels/slack.ts';

/** Asked in this order; the last takes every address. */
const TYPES: readonly ChannelType[] = [slack, discord, ntfy, generic];

/**
 * The configured channels, the shorthand `webhook` first. Names are made unique and stay the same as long as the
 * configuration does: the outbox refers to them. `dispatcher` is the client that every request goes through.
 */
export function alertChannels(config: Config['alerts'], dispatcher: Dispatcher): readonly AlertChannel[] {
  const taken = new Set<string>([REPORT_CHANNEL]);
  const settings = [...(config.webhook === '' ? [] : [{ url: config.webhook }]), ...config.channels];
  return settings.map((setting: Config['alerts']['channels'][number]) => {
    const url = new URL(setting.url);
    const type = channelType(url, setting.type);
    const name = unique(setting.name ?? type.type, taken);
    const { secret = '', token = '' } = setting;
    return httpChannel(type, { name, url, secret, token, timeout: config.timeout, dispatcher });
  });
}

/** Which language an address speaks: the one named, else the one it looks like. */
export function channelType(url: URL, named?: string): ChannelType {
  return TYPES.find((type) => (named === undefined ? type.matches(url) : type.type === named)) ?? generic;
}

function unique(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}
