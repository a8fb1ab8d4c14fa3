import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORY_FILE } from '../../history/history-file.ts';
import { type DaemonFlags, stateDirOf, statePlaces } from '../ask-daemon.ts';

/** The state directory that has the history of the daemon that is meant; the first that could, where none has. */
export async function historyDir(flags: DaemonFlags): Promise<string> {
  const dirs = await stateDirOf(flags);
  const places = statePlaces(dirs);
  return places.find((place) => existsSync(join(place, HISTORY_FILE))) ?? places[0] ?? dirs.usual;
}
