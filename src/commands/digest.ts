import type { Command } from 'commander';
import { daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print, printJson } from './print.ts';

interface Flags extends DaemonFlags {
  readonly week?: string;
  readonly json?: boolean;
}

/** `digest`: a week looked back upon, by the history; printed, and neither written nor sent. */
export function digestCommand(program: Command): void {
  daemonOptions(program.command('digest'))
    .description(
      'a week looked back upon: incidents, what is new and gone, trends, blind time, a health score',
    )
    .option('--week <week>', 'the week of ISO 8601, such as 2025-W51; left out: the last one that is over')
    .option('--json', 'one JSON object instead of text')
    .action(async (flags: Flags) => {
      const [{ historyDir }, { digestFrom }, { weekBefore, weekNamed }, text, { UsageError }] =
        await Promise.all([
          import('./history/history-dir.ts'),
          import('../history/digest-from.ts'),
          import('../learning/week.ts'),
          import('../sinks/text/digest-text.ts'),
          import('../usage.ts'),
        ]);
      const week = flags.week === undefined ? weekBefore(Date.now()) : weekNamed(flags.week);
      if (week === undefined)
        throw new UsageError(`--week ${flags.week ?? ''}: expected a week of ISO 8601, such as 2025-W51`);
      const digest = digestFrom(await historyDir(flags), week);
      if (flags.json === true) {
        printJson(digest);
        return;
      }
      const parts = text
        .digestParts(digest)
        .flatMap(({ title, rows }) => ['', title, ...rows.map((row) => `  ${row}`)]);
      print([text.digestHeadline(digest), ...parts].map((line) => `${line}\n`).join(''));
    });
}
