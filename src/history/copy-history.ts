import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { UsageError } from '../usage.ts';
import { HISTORY_FILE } from './history-file.ts';

/** Copies the history of one directory into another as it is now, while its daemon may be writing it. A UsageError for none. */
export async function copyHistory(from: string, to: string): Promise<void> {
  const path = join(from, HISTORY_FILE);
  if (!existsSync(path)) throw new UsageError(`--history ${from}: there is no ${HISTORY_FILE} in it`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    await backup(database, join(to, HISTORY_FILE));
  } catch (error) {
    throw new UsageError(`--history ${from}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    database.close();
  }
}
