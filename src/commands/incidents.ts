import type { Command } from 'commander';
import { daemonOptions, stateDirOf, statePlaces, type DaemonFlags } from './ask-daemon.ts';
import type { IncidentRecord } from '../state/change.ts';
import { print, printError, printJson } from './print.ts';

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
      const [{ incidentList }, { roomOn }, { UsageError }] = await Promise.all([
        import('../control/incident-text.ts'),
        import('../control/table.ts'),
        import('../usage.ts'),
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
      const [found, another] = await matching(flags, id);
      if (found === undefined)
        throw new Error(
          id === undefined
            ? 'No incident is on record.'
            : `There is no incident ${id}; quantum-realtime incidents lists them.`,
        );
      if (another !== undefined)
        throw new Error(
          `Several incidents begin with ${id ?? ''}: ${found.id}, ${another.id} and perhaps more.`,
        );
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

/** So many of the newest are looked through for one that is named by its beginning. */
const LOOKED_THROUGH = 1_000;

/** The incident of an id; the newest without one; else those whose ids begin so, the newest first. */
async function matching(flags: Flags, id: string | undefined) {
  if (id === undefined) return history(flags, { limit: 1 });
  const exact = await history(flags, { id });
  if (exact.length > 0) return exact;
  return (await history(flags, { limit: LOOKED_THROUGH })).filter((one) => one.id.startsWith(id));
}

async function history(flags: Flags, query: { readonly limit: number } | { readonly id: string }) {
  const { readHistory } = await import('../state/history.ts');
  return reading(flags, (dir) => readHistory(dir, query, Date.now()));
}

/** What is read from the state directory of the daemon that is meant. */
async function reading<T>(flags: Flags, read: (dir: string) => T): Promise<T> {
  const [{ statSync }, { join }, { isInstalled }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../doctor/installed-service.ts'),
  ]);
  const dirs = await stateDirOf(flags);
  const places = statePlaces(dirs);
  const dir = places.find((place) => {
    try {
      return statSync(join(place, 'state.db'), { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `The state in ${place} cannot be read (${reason}): ask as the daemon's user, or with sudo.`,
        { cause: error },
      );
    }
  });
  if (dirs.named === undefined && dirs.isService !== true && dir === dirs.usual && isInstalled())
    printError(`These are your own, of ${dir}. Those of the service: sudo quantum-realtime incidents\n`);
  if (dir === undefined)
    throw new Error(`There is no state in ${places.join(' or ')}: no daemon has run there.`);
  try {
    return read(dir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The state in ${dir} cannot be read: ${reason}`, { cause: error });
  }
}
