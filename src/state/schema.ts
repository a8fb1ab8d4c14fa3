import type { DatabaseSync } from 'node:sqlite';
import { Unusable } from './faults.ts';
import { coreWithCoverage } from './upgrade-core.ts';

/**
 * The schema as a list of steps, each applied once and in order; its index + 1 is the version it leads to. A step
 * that has been released is never edited: what must change is changed by the next one.
 */
export const STEPS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
   CREATE TABLE follow (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
   CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
   CREATE TABLE window (key INTEGER PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
   CREATE TABLE deliveries (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, effect_id TEXT NOT NULL, channel TEXT NOT NULL,
     incident TEXT NOT NULL, state TEXT NOT NULL,
     effect TEXT NOT NULL CHECK (json_valid(effect)), value TEXT NOT NULL CHECK (json_valid(value)),
     UNIQUE (effect_id, channel)) STRICT;
   CREATE TABLE incidents (
     id TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, closed_at INTEGER, story TEXT NOT NULL CHECK (json_valid(story))) STRICT;
   CREATE INDEX incidents_opened ON incidents (opened_at);`,
  // Positions of several sources, each row a part of one: its key is the source's id, a newline and the part's name.
  `ALTER TABLE follow RENAME TO positions;
   UPDATE positions SET key = 'docker' || char(10) || key;
   INSERT INTO positions (key, value) SELECT 'docker' || char(10), value FROM meta WHERE key = 'followMeta';
   DELETE FROM meta WHERE key = 'followMeta';
   UPDATE meta SET value = core_with_coverage(value) WHERE key = 'core';`,
];

/**
 * Brings a database to the newest version, all steps in one transaction; at that version it writes nothing. Throws
 * `Unusable` if it is beyond it or not ours, SQLite's own error if a step fails, and then nothing has changed.
 */
export function migrate(database: DatabaseSync, now: number, steps: readonly string[] = STEPS): void {
  const version = versionOf(database);
  if (version > steps.length) {
    const known = `version ${version}, while this release knows version ${steps.length}`;
    throw new Unusable('too-new', `written by a later release (${known})`);
  }
  if (version === steps.length) return;
  database.function('core_with_coverage', { deterministic: true }, (text) => coreWithCoverage(String(text)));
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(
      'CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
    );
    const applied = database.prepare('INSERT INTO schema (version, applied_at) VALUES (?, ?)');
    for (const [index, step] of steps.entries()) {
      if (index < version) continue;
      database.exec(step);
      applied.run(index + 1, now);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === 'schema')) {
    throw new Unusable('foreign', 'the database of another program');
  }
  return Number(
    database.prepare('SELECT coalesce(max(version), 0) AS version FROM schema').get()?.['version'],
  );
}
