import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { Message, SendResult } from '../sinks/alert/alert-channel.ts';

/** Reads the configuration that the options name. */
export type ConfigLoader = (options: Readonly<Record<string, unknown>>) => Promise<Config>;

/** Adds `test-alert`: sends a marked test through every channel and prints one line for each. Exit 1 if any failed. */
export function testAlertCommand(program: Command, loadConfig: ConfigLoader): void {
  program
    .command('test-alert')
    .description('send a marked test message through every alert channel')
    .option('--config <file>', 'configuration file')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const config = await loadConfig(options);
      const ok = await sendTest(config, (line) => process.stdout.write(`${line}\n`));
      if (!ok) process.exitCode = 1;
    });
}

/** Sends the test to every channel at the same time, prints a line for each in order; false if any failed. */
export async function sendTest(config: Config, print: (line: string) => void): Promise<boolean> {
  const [{ Agent }, { alertChannels }, { testMessage }] = await Promise.all([
    import('undici'),
    import('../sinks/alert/alert-channels.ts'),
    import('../sinks/alert/test-message.ts'),
  ]);
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
