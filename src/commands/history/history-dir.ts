import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORY_FILE } from '../../history/history-file.ts';
import { type DaemonFlags, SERVICE_STATE, stateDirOf } from '../ask-daemon.ts';

/** The state directory that has the history of the daemon that is meant; the first that could, where none has. */
export async function historyDir(flags: DaemonFlags): Promise<string> {
  const { named, usual } = await stateDirOf(flags);
  const places = named === undefined ? [usual, SERVICE_STATE] : [named];
  return places.find((place) => existsSync(join(place, HISTORY_FILE))) ?? places[0] ?? usual;
}
