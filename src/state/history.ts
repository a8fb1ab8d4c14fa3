import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { IncidentRecord, Told } from './change.ts';
import { STATE_FILE, withCopy } from './database.ts';
import { type IncidentQuery, Tables } from './tables.ts';

/**
 * The incidents of a state directory, read from another process than its daemon, whether that runs or not; none if
 * there is no state. Throws what SQLite or the file system throws if it cannot be read.
 */
export function readHistory(dir: string, query: IncidentQuery, now: number): readonly IncidentRecord[] {
  return read(dir, now, (tables) => tables.incidents(query));
}

/** What became of the messages and sections of one incident, read in the same way. */
export function readTold(dir: string, incident: string, now: number): readonly Told[] {
  return read(dir, now, (tables) => tables.told(incident));
}

function read<T>(dir: string, now: number, ask: (tables: Tables) => readonly T[]): readonly T[] {
  const path = join(dir, STATE_FILE);
  if (!existsSync(path)) return [];
  return inPlace(path, ask) ?? withCopy(path, now, ask);
}

/** Undefined where SQLite cannot read it in place: without a daemon it would have to write files beside it. */
function inPlace<T>(path: string, ask: (tables: Tables) => readonly T[]): readonly T[] | undefined {
  const tables = new Tables(new DatabaseSync(path, { readOnly: true }));
  try {
    return ask(tables);
  } catch {
    return undefined;
  } finally {
    tables.close();
  }
}
