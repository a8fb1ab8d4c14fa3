import type { Channel, Config } from '../../config/config.ts';
import { REPORT_CHANNEL } from '../outbox.ts';
import type { AlertChannel } from './alert-channel.ts';
import { channelType } from './channels/registry.ts';
import type { HttpClient } from './http-client.ts';

/**
 * The configured channels, the shorthand `webhook` first. Names are made unique and stay the same as long as the
 * configuration does: the outbox refers to them. `dispatcher` is the client that every request goes through.
 */
export function alertChannels(config: Config['alerts'], dispatcher: HttpClient): readonly AlertChannel[] {
  const taken = new Set<string>([REPORT_CHANNEL]);
  return configuredChannels(config).map((setting) => {
    const url = new URL(setting.url);
    const type = channelType(url, setting.type);
    const name = unique(setting.name ?? type.type, taken);
    const { secret = '', token = '' } = setting;
    return type.create({ name, url, secret, token, timeout: config.timeout, dispatcher });
  });
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
