import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { IncidentRecord } from '../../state/change.ts';
import { readHistory } from '../../state/history.ts';
import { isInstalled } from '../../doctor/installed-service.ts';
import { type DaemonFlags, stateDirOf, statePlaces } from '../ask-daemon.ts';
import { printError } from '../print.ts';

/**
 * The incident of an id or of the beginning of one, the newest without; whether the daemon runs or not. Throws, for people,
 * where there is none, or several begin so.
 */
export async function recorded(flags: DaemonFlags, id: string | undefined): Promise<IncidentRecord> {
  const [found, another] = await matching(flags, id);
  if (found === undefined)
    throw new Error(
      id === undefined
        ? 'No incident is on record.'
        : `There is no incident ${id}; quantum-realtime incidents lists them.`,
    );
  if (another !== undefined)
    throw new Error(`Several incidents begin with ${id ?? ''}: ${found.id}, ${another.id} and perhaps more.`);
  return found;
}

/** So many of the newest are looked through for one that is named by its beginning. */
const LOOKED_THROUGH = 1_000;

/** The incident of an id; the newest without one; else those whose ids begin so, the newest first. */
async function matching(flags: DaemonFlags, id: string | undefined) {
  if (id === undefined) return history(flags, { limit: 1 });
  const exact = await history(flags, { id });
  if (exact.length > 0) return exact;
  return (await history(flags, { limit: LOOKED_THROUGH })).filter((one) => one.id.startsWith(id));
}

/** Incidents from the state directory of the daemon that is meant, the newest first. */
export async function history(
  flags: DaemonFlags,
  query: { readonly limit: number } | { readonly id: string },
) {
  return reading(flags, (dir) => readHistory(dir, query, Date.now()));
}

/** What is read from the state directory of the daemon that is meant. */
export async function reading<T>(flags: DaemonFlags, read: (dir: string) => T): Promise<T> {
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
