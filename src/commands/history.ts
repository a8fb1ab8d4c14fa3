import { type Command, Option } from 'commander';
import { PARTS, type Part } from '../history/parts.ts';
import { someDuration } from './arguments.ts';
import { daemonOptions, type DaemonFlags, stateDirOf, statePlaces } from './ask-daemon.ts';

interface Flags extends DaemonFlags {
  readonly since: number;
  readonly part: Part;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
}

/** `history export`: what the daemon has kept of the past, for spreadsheets and programs. */
export function historyCommand(program: Command): void {
  const history = program.command('history').description('what is kept of the past');
  daemonOptions(history.command('export'))
    .description('rows of the history, the oldest first: JSON objects, one a line, or CSV')
    .addOption(new Option('--part <name>', 'what is exported').choices(Object.keys(PARTS)).default('hours'))
    .option('--since <duration>', 'only what is not older', someDuration, 30 * 24 * 3_600_000)
    .addOption(new Option('--csv', 'comma-separated values with a header').conflicts('jsonl'))
    .option('--jsonl', 'a JSON object a line (default)')
    .action(async (flags: Flags) => {
      const [{ exportHistory }, { csvLine, csvRow }, { existsSync }, { join }] = await Promise.all([
        import('../history/export-history.ts'),
        import('./history/csv-row.ts'),
        import('node:fs'),
        import('node:path'),
      ]);
      const dirs = await stateDirOf(flags);
      const places = statePlaces(dirs);
      const dir =
        places.find((place) => existsSync(join(place, 'history.sqlite'))) ?? places[0] ?? dirs.usual;
      const { print, printJson } = await import('./print.ts');
      let isFirst = true;
      for (const row of exportHistory(dir, flags.part, Date.now() - flags.since)) {
        if (flags.csv !== true) printJson(row, 0);
        else {
          if (isFirst) print(csvLine(Object.keys(row)));
          print(csvRow(row));
        }
        isFirst = false;
      }
    });
}
