import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { IncidentRecord } from './change.ts';
import { STATE_FILE, withCopy } from './database.ts';
import { type IncidentQuery, Tables } from './tables.ts';

/**
 * The incidents of a state directory, read from another process than its daemon, whether that runs or not; none if
 * there is no state. Throws what SQLite or the file system throws if it cannot be read.
 */
export function readHistory(dir: string, query: IncidentQuery, now: number): readonly IncidentRecord[] {
  const path = join(dir, STATE_FILE);
  if (!existsSync(path)) return [];
  return inPlace(path, query) ?? withCopy(path, now, (tables) => tables.incidents(query));
}

/** Undefined where SQLite cannot read it in place: without a daemon it would have to write files beside it. */
function inPlace(path: string, query: IncidentQuery): readonly IncidentRecord[] | undefined {
  const tables = new Tables(new DatabaseSync(path, { readOnly: true }));
  try {
    return tables.incidents(query);
  } catch {
    return undefined;
  } finally {
    tables.close();
  }
}
