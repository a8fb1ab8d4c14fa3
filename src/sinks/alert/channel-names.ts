import { REPORT_CHANNEL } from '../outbox.ts';
import { typeOf } from './channels/registry.ts';

/** A channel's settings, as far as its name depends on them. */
interface Named {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * The names of channels, in their order: the one that is set, else the type, made unique. They stay the same as long as
 * the configuration does: the outbox refers to them.
 */
export function channelNames(settings: readonly Named[]): readonly string[] {
  const taken = new Set<string>([REPORT_CHANNEL]);
  return settings.map((setting) => unique(setting.name ?? typeOf(setting).type, taken));
}

/** The settings of every channel: the shorthand `webhook`, which has an address only, and the list. */
export function configuredChannels<T extends Named>(alerts: {
  readonly webhook: string;
  readonly channels: readonly T[];
}): readonly (T | { readonly url: string })[] {
  const { webhook, channels } = alerts;
  return webhook === '' ? channels : [{ url: webhook }, ...channels];
}

function unique(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}
