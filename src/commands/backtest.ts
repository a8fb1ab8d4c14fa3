import { type Command, Option } from 'commander';
import { someDuration } from './arguments.ts';
import { print, printError, printJson } from './print.ts';

interface BacktestFlags {
  readonly since: number;
  readonly config?: string;
  readonly limit?: readonly string[];
  readonly history?: string;
  readonly json?: boolean;
  readonly html?: string;
}

const WEEK = 7 * 86_400_000;

/** `backtest`: what is still held of the followed logs, under these limits and others. */
export function backtestCommand(program: Command): void {
  program
    .command('backtest')
    .description(
      'show when these settings would have alerted and healed, on what engine, files and journal still hold of the followed logs',
    )
    .addOption(
      new Option('--since <duration>', 'how far back, such as 24h or 7d')
        .argParser(someDuration)
        .default(WEEK, '7d'),
    )
    .option('--config <file>', 'configuration file (YAML)')
    .option(
      '--limit <limits>',
      'try other limits beside the configured ones, such as errors=100 or errors=100,critical=10; may be repeated',
      (text: string, before?: readonly string[]) => [...(before ?? []), text],
    )
    .option(
      '--history <dir>',
      'what is known of the past, such as the state directory of the daemon; a copy is used, and it stays as it is',
    )
    .option('--json', 'one JSON object instead of text')
    .option('--html <file>', 'also write it as one HTML file, to attach or to send')
    .action(async (flags: BacktestFlags) => {
      const [{ loadConfig }, { runBacktest }, { variantsOf }, { printBacktest }] = await Promise.all([
        import('../config/load-config.ts'),
        import('./backtest/run-backtest.ts'),
        import('./backtest/variants.ts'),
        import('./backtest/print.ts'),
      ]);
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const variants = variantsOf(config, flags.limit ?? []);
      const { fetched, results } = await runBacktest(
        config,
        variants,
        flags.since,
        process.stderr,
        flags.history,
      );
      for (const { container, reason } of fetched.unread)
        printError(`${container}: its log cannot be read: ${reason}\n`);
      if (flags.html !== undefined) {
        const [{ writeHtml }, { backtestHtml }] = await Promise.all([
          import('./write-html.ts'),
          import('./backtest/html.ts'),
        ]);
        await writeHtml(flags.html, (style) => backtestHtml(results, style));
      }
      if (flags.json === true) printJson({ ...fetched, results });
      else print(printBacktest(results));
    });
}
