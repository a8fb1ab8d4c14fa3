import { hostname } from 'node:os';
import type { Config } from '../../config/config.ts';
import type { Message, SendResult } from '../../sinks/alert/alert-channel.ts';
import { alertChannels } from '../../sinks/alert/alert-channels.ts';
import { httpClient } from '../../sinks/alert/http-client.ts';
import { testMessage, type TestPart } from '../../sinks/alert/test-message.ts';

/** Sends the test to every channel at the same time, prints a line for each in order; false if any failed. `as`: what it is like. */
export async function sendTest(
  config: Config,
  print: (line: string) => void,
  as: TestPart = 'note',
): Promise<boolean> {
  const dispatcher = httpClient(config.alerts);
  try {
    const channels = alertChannels(config.alerts, dispatcher);
    if (channels.length === 0) {
      print('no channel is configured: set QT_ALERT_WEBHOOK, or alerts.channels in the configuration file');
      return false;
    }
    const message: Message = testMessage(config.name, hostname(), Date.now(), as);
    const results = await Promise.all(channels.map((channel) => channel.send(message)));
    const lines = results.map((result, n) => `${channels[n]?.name ?? ''}: ${verdictInWords(result)}`);
    for (const line of lines) print(line);
    return results.every((result) => result.verdict === 'sent');
  } finally {
    await dispatcher.destroy();
  }
}

function verdictInWords({ verdict, detail }: SendResult): string {
  return verdict === 'sent' ? `ok (${detail})` : `failed: ${detail}`;
}
