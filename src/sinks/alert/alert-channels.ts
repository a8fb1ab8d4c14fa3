import type { Channel, Config } from '../../config/config.ts';
import { REPORT_CHANNEL } from '../outbox.ts';
import type { AlertChannel, ChannelOptions, ChannelType } from './alert-channel.ts';
import { NOWHERE, typeOf } from './channels/registry.ts';
import type { HttpClient } from './http-client.ts';

/**
 * The configured channels, the shorthand `webhook` first. Names are made unique and stay the same as long as the
 * configuration does: the outbox refers to them. `dispatcher` is the client that every request goes through.
 */
export function alertChannels(config: Config['alerts'], dispatcher: HttpClient): readonly AlertChannel[] {
  const taken = new Set<string>([REPORT_CHANNEL]);
  return configuredChannels(config).map((setting) => {
    const { type, options } = channelParts(setting, config, dispatcher);
    return type.create({ ...options, name: unique(options.name, taken) });
  });
}

/** The type of a channel and what one is made from, by its settings; its name is not yet unique. */
export function channelParts(
  setting: Channel,
  { timeout, ca }: Pick<Config['alerts'], 'timeout' | 'ca'>,
  dispatcher: HttpClient,
): { readonly type: ChannelType; readonly options: ChannelOptions } {
  const type = typeOf(setting);
  const url = new URL(setting.url ?? type.address ?? NOWHERE);
  const { name = type.type, secret = '', token = '', to = [], from = '', command = [] } = setting;
  return { type, options: { name, url, secret, token, to, from, command, timeout, ca, dispatcher } };
}

/** The settings of every channel: the shorthand `webhook`, which has an address only, and the list. */
export function configuredChannels({ webhook, channels }: Config['alerts']): readonly Channel[] {
  return webhook === '' ? channels : [{ url: webhook }, ...channels];
}

function unique(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}
