import { canHeal } from '../../config/can-heal.ts';
import type { Config } from '../../config/config.ts';
import { healAction } from './actions/registry.ts';
import type { HealParts } from './heal-action.ts';
import type { HealSink } from './heal-sink.ts';

/** The heal that the settings ask for; undefined if they ask for none. The channels' secrets are kept from it. */
export function configuredHeal(
  { heal, alerts }: Pick<Config, 'heal' | 'alerts'>,
  parts: Omit<HealParts, 'config' | 'secrets'>,
): HealSink | undefined {
  if (!canHeal(heal)) return undefined;
  const given = [
    alerts.webhook,
    ...alerts.channels.flatMap(({ url, secret, token }) => [url, secret, token]),
  ];
  const secrets = given.flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret]));
  return healAction(heal).create({ ...parts, config: heal, secrets });
}
