import { hostname } from 'node:os';
import { Agent } from 'undici';
import type { Config } from '../../config/config.ts';
import type { Message, SendResult } from '../../sinks/alert/alert-channel.ts';
import { alertChannels } from '../../sinks/alert/alert-channels.ts';
import { testMessage } from '../../sinks/alert/test-message.ts';

/** Sends the test to every channel at the same time, prints a line for each in order; false if any failed. */
export async function sendTest(config: Config, print: (line: string) => void): Promise<boolean> {
  const dispatcher = new Agent();
  try {
    const channels = alertChannels(config.alerts, dispatcher);
    if (channels.length === 0) {
      print('no channel is configured: set QT_ALERT_WEBHOOK, or alerts.channels in the configuration file');
      return false;
    }
    const message: Message = testMessage(config.name, hostname(), Date.now());
    const results = await Promise.all(channels.map((channel) => channel.send(message)));
    const lines = results.map((result, n) => `${channels[n]?.name ?? ''}: ${verdictInWords(result)}`);
    for (const line of lines) print(line);
    return results.every((result) => result.verdict === 'sent');
  } finally {
    await dispatcher.close();
  }
}

function verdictInWords({ verdict, detail }: SendResult): string {
  return verdict === 'sent' ? `ok (${detail})` : `failed: ${detail}`;
}
