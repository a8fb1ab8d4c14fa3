import type { Channel, Config } from '../config/config.ts';
import { channelParts } from '../sinks/alert/alert-channels.ts';
import { configuredChannels } from '../sinks/alert/channel-names.ts';
import { type HttpClient, httpClient } from '../sinks/alert/http-client.ts';
import { toSet } from './service-view.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'alerts';
const TIMEOUT = 10_000;

/** Sends every receiver a harmless request. Nothing is posted; `test-alert` posts. `timeout` in milliseconds. */
export async function checkWebhooks(
  alerts: Config['alerts'],
  { timeout = TIMEOUT, env = process.env }: { timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<readonly Finding[]> {
  const channels = configuredChannels(alerts);
  if (channels.length === 0)
    return [
      warning(
        CHECK,
        'no channel is configured: nobody is told',
        toSet('QT_ALERT_WEBHOOK', 'alerts.channels', env),
      ),
    ];
  const client = httpClient({ ca: alerts.ca, env });
  try {
    return await Promise.all(channels.map((channel) => ask(channel, { ...alerts, timeout }, client)));
  } finally {
    await client.destroy();
  }
}

async function ask(channel: Channel, alerts: Config['alerts'], dispatcher: HttpClient): Promise<Finding> {
  const { type, options } = channelParts(channel, alerts, dispatcher);
  const { name } = options;
  const { verdict, said, remedy = '' } = await type.probe(options);
  switch (verdict) {
    case 'takes':
      return ok(CHECK, `${name}: would take a message (${said}; nothing was posted)`);
    case 'unknown':
      return ok(CHECK, `${name}: something answers (${said}); quantum-realtime test-alert tells more`);
    case 'refuses':
      return fault(CHECK, `${name}: refuses (${said})`, remedy);
    case 'silent':
      return fault(CHECK, `${name}: no answer (${said})`, remedy);
  }
}
