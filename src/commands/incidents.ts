import type { Command } from 'commander';
import { daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import type { IncidentRecord } from '../state/change.ts';
import { print, printJson } from './print.ts';

interface Flags extends DaemonFlags {
  readonly json?: boolean;
  readonly limit?: string;
  readonly html?: string;
}

/** `incidents` and `incidents show ID`: read from the state directory, whether the daemon runs or not. */
export function incidentsCommand(program: Command): void {
  const incidents = daemonOptions(program.command('incidents'))
    .description('incidents of the past and present, the newest first')
    .option('--limit <n>', 'so many at most', '20')
    .option('--json', 'JSON instead of a table')
    .action(async (flags: Flags) => {
      const [{ incidentList }, { roomOn }, { UsageError }, { history }] = await Promise.all([
        import('../control/incident-text.ts'),
        import('../control/table.ts'),
        import('../usage.ts'),
        import('./incidents/recorded.ts'),
      ]);
      const limit = Number(flags.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new UsageError(`--limit ${flags.limit ?? ''}: expected a whole number from 1`);
      const found = await history(flags, { limit });
      if (flags.json === true) printJson(found);
      else print(incidentList(found, roomOn(process.stdout, Infinity)));
    });
  incidents
    .command('show')
    .description('one incident: why, when, what was done about it')
    .argument('[incident]', 'its id or the beginning of it; left out: the newest')
    .option('--html <file>', 'write it as one HTML file, to attach or to send')
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const flags: Flags = command.optsWithGlobals();
      const { recorded, reading } = await import('./incidents/recorded.ts');
      const found = await recorded(flags, id);
      if (flags.html !== undefined) {
        await writeFile(flags.html, found);
        return;
      }
      const [{ incidentText }, { readTold }] = await Promise.all([
        import('../control/incident-text.ts'),
        import('../state/history.ts'),
      ]);
      const told = await reading(flags, (dir) => readTold(dir, found.id, Date.now()));
      if (flags.json === true) printJson({ ...found, told });
      else print(incidentText(found, told));
    });
}

/** Writes an incident as an HTML file, and says where. */
async function writeFile(file: string, incident: IncidentRecord): Promise<void> {
  const [{ incidentFile }, { pageFiles }, { styleIn }, { writeFileSync }] = await Promise.all([
    import('../views/incident-file.ts'),
    import('../page/page-files.ts'),
    import('../page/assets.ts'),
    import('node:fs'),
  ]);
  writeFileSync(file, incidentFile(incident, styleIn(pageFiles())));
  print(`Written: ${file}\n`);
}
