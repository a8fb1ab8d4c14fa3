import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { TEST_PARTS } from '../sinks/alert/test-parts.ts';
import { asService } from './as-service.ts';
import { print } from './print.ts';

/** Reads the configuration that the options name. */
export type ConfigLoader = (options: Readonly<Record<string, unknown>>) => Promise<Config>;

/** Adds `test-alert`: sends a marked test through every channel and prints one line for each. Exit 1 if any failed. */
export function testAlertCommand(program: Command, loadConfig: ConfigLoader): void {
  program
    .command('test-alert')
    .description('send a marked test message through every alert channel')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--channel <name>', 'through this channel alone')
    .addOption(
      new Option('--as <kind>', 'what the message is like: its priority, sound and colour')
        .choices(TEST_PARTS)
        .default('note'),
    )
    .action(async (options: Readonly<Record<string, unknown>>) => {
      if (options['config'] === undefined && (await asService())) return;
      const [config, { sendTest }] = await Promise.all([
        loadConfig(options),
        import('./test-alert/send-test.ts'),
      ]);
      const as = TEST_PARTS.find((part) => part === options['as']);
      const channel = typeof options['channel'] === 'string' ? options['channel'] : undefined;
      const ok = await sendTest(config, (line) => print(`${line}\n`), { as, channel });
      if (!ok) process.exitCode = 1;
    });
}
