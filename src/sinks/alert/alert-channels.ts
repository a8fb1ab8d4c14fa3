import type { Channel, Config } from '../../config/config.ts';
import type { AlertChannel, ChannelOptions, ChannelType } from './alert-channel.ts';
import { channelNames, configuredChannels } from './channel-names.ts';
import { NOWHERE, typeOf } from './channels/registry.ts';
import type { HttpClient } from './http-client.ts';

/**
 * The configured channels, the shorthand `webhook` first, by their unique names. `dispatcher` is the client that every
 * request goes through.
 */
export function alertChannels(config: Config['alerts'], dispatcher: HttpClient): readonly AlertChannel[] {
  const settings = configuredChannels(config);
  const names = channelNames(settings);
  return settings.map((setting, index) => {
    const { type, options } = channelParts(setting, config, dispatcher);
    return type.create({ ...options, name: names[index] ?? options.name });
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
