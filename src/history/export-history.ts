import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { HISTORY_FILE } from './history-file.ts';
import { PARTS, type Part } from './parts.ts';

/** One row of the history for others, moments as ISO 8601 in UTC. */
export type ExportedRow = Readonly<Record<string, string | number | null>>;

/**
 * The rows of one part of the history in a directory since a moment (epoch milliseconds), in order of time; the daemon may be
 * writing it. Throws with a reason where there is none, or none that can be read.
 */
export function* exportHistory(dir: string, part: Part, since: number): Generator<ExportedRow> {
  const path = join(dir, HISTORY_FILE);
  if (!existsSync(path)) throw new Error(`${path}: there is no history yet; the daemon writes it`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    for (const row of database.prepare(PARTS[part]).iterate(since)) yield exported(row);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    database.close();
  }
}

const MOMENTS: ReadonlySet<string> = new Set(['at', 'last', 'closed', 'until']);

function exported(row: Readonly<Record<string, SQLOutputValue>>): ExportedRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (MOMENTS.has(name) && typeof value === 'number') return [name, new Date(value).toISOString()];
      return [name, typeof value === 'number' || typeof value === 'string' ? value : null];
    }),
  );
}
