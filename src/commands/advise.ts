import type { Command } from 'commander';
import { someDuration } from './arguments.ts';
import { daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print, printJson } from './print.ts';

interface Flags extends DaemonFlags {
  readonly since: number;
  readonly json?: boolean;
}

const FORTNIGHT = 14 * 86_400_000;

/** `advise`: what the settings have led to and others would have, by the history; it changes nothing. */
export function adviseCommand(program: Command): void {
  daemonOptions(program.command('advise'))
    .description(
      'what other limits would have led to, what is noise, which heals never helped; changes nothing',
    )
    .option(
      '--since <duration>',
      'how far back; counts by the minute are kept for 14d',
      someDuration,
      FORTNIGHT,
    )
    .option('--json', 'one JSON object instead of text')
    .action(async (flags: Flags) => {
      const [{ loadConfig }, { historyDir }, { adviceFor }, { adviceText }] = await Promise.all([
        import('../config/load-config.ts'),
        import('./history/history-dir.ts'),
        import('./advise/advice-for.ts'),
        import('./advise/advice-text.ts'),
      ]);
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const found = adviceFor(await historyDir(flags), config, flags.since, Date.now());
      if (flags.json === true) printJson(found);
      else print(adviceText(found));
    });
}
