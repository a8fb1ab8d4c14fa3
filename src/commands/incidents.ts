import type { Command } from 'commander';
import { daemonOptions, stateDirOf, type DaemonFlags } from './ask-daemon.ts';

interface Flags extends DaemonFlags {
  readonly json?: boolean;
  readonly limit?: string;
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
      process.stdout.write(
        flags.json === true ? json(found) : incidentList(found, roomOn(process.stdout, Infinity)),
      );
    });
  incidents
    .command('show')
    .description('one incident: why, when, what was done about it')
    .argument('<incident>', 'its id')
    .action(async (id: string, _options: unknown, command: Command) => {
      const flags: Flags = command.optsWithGlobals();
      const [found] = await history(flags, { id });
      if (found === undefined)
        throw new Error(`There is no incident ${id}; quantum-realtime incidents lists them.`);
      const { incidentText } = await import('../control/incident-text.ts');
      process.stdout.write(flags.json === true ? json(found) : incidentText(found));
    });
}

/** The state directory of the installed service, for commands from a shell. */
const SERVICE_STATE = '/var/lib/quantum-realtime';

async function history(flags: Flags, query: { readonly limit: number } | { readonly id: string }) {
  const [{ readHistory }, { statSync }, { join }] = await Promise.all([
    import('../state/history.ts'),
    import('node:fs'),
    import('node:path'),
  ]);
  const { named, usual } = await stateDirOf(flags);
  const places = named === undefined ? [usual, SERVICE_STATE] : [named];
  const dir = places.find((place) => {
    try {
      return statSync(join(place, 'state.db'), { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `The state in ${place} cannot be read (${reason}): ask as the daemon's user, or as root.`,
        {
          cause: error,
        },
      );
    }
  });
  if (dir === undefined)
    throw new Error(`There is no state in ${places.join(' or ')}: no daemon has run there.`);
  try {
    return readHistory(dir, query, Date.now());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The state in ${dir} cannot be read: ${reason}`, { cause: error });
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
