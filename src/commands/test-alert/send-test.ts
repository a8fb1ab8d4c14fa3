import { hostname } from 'node:os';
import type { Config } from '../../config/config.ts';
import type { Message, SendResult } from '../../sinks/alert/alert-channel.ts';
import { alertChannels } from '../../sinks/alert/alert-channels.ts';
import { toSet } from '../../doctor/service-view.ts';
import { httpClient } from '../../sinks/alert/http-client.ts';
import { testMessage, type TestPart } from '../../sinks/alert/test-message.ts';

/** What a test is like, and which channel alone it is for. Default: a note, for all. */
export interface TestOptions {
  readonly as?: TestPart | undefined;
  readonly channel?: string | undefined;
}

/** Sends the test to every channel at the same time, prints a line for each in order; false if any failed. */
export async function sendTest(
  config: Config,
  print: (line: string) => void,
  { as = 'note', channel: only }: TestOptions = {},
): Promise<boolean> {
  const dispatcher = httpClient(config.alerts);
  try {
    const all = alertChannels(config.alerts, dispatcher);
    const channels = all.filter(({ name }) => only === undefined || name === only);
    if (channels.length === 0) {
      print(
        all.length === 0
          ? `no channel is configured: ${toSet('QT_ALERT_WEBHOOK', 'alerts.channels in the configuration file')}`
          : `no channel is called ${only ?? ''}; there is ${all.map(({ name }) => name).join(', ')}`,
      );
      return false;
    }
    const message: Message = testMessage(config.name, hostname(), Date.now(), as);
    const results = await Promise.all(channels.map((channel) => channel.send(message)));
    const lines = results.map((result, n) => {
      const stays =
        channels[n]?.folds === false && as !== 'resolved' && result.verdict === 'sent' ? STAYS : '';
      return `${channels[n]?.name ?? ''}: ${verdictInWords(result)}${stays}`;
    });
    for (const line of lines) print(line);
    return results.every((result) => result.verdict === 'sent');
  } finally {
    await dispatcher.destroy();
  }
}

/** A receiver that keys by incident has one open now. */
const STAYS = '; --as resolved ends there what this has opened';

function verdictInWords({ verdict, detail }: SendResult): string {
  return verdict === 'sent' ? `ok (${detail})` : `failed: ${detail}`;
}
