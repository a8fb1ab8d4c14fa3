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
   UPDATE meta SET value = core_with_coverage(value) WHERE key = 'core';
   ${quotesApart(50)}
   ${windowWithin(16 * 1_024 * 1_024)}`,
  'CREATE TABLE fleet (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;',
];

/**
 * What an effect quotes, by far the most of it, is stored once for all its deliveries, and read as far as there is room;
 * of the groups only the first `groups`, which are the worst, since version 0.1.0 stored every one there was.
 */
function quotesApart(groups: number): string {
  const first = (story: string) =>
    `(SELECT json_group_array(json(value)) FROM (SELECT value FROM json_each(${story}, '$.groups') LIMIT ${groups}))`;
  const others = (story: string) => `max(0, json_array_length(${story}, '$.groups') - ${groups})`;
  return `
   CREATE TABLE quotes (id INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
   CREATE TABLE effects (
     id TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value)), quotes INTEGER NOT NULL) STRICT;
   INSERT INTO quotes (id, value)
     SELECT seq, json_object('groups', json(${first("effect -> '$.story'")}),
       'otherGroups', ${others("effect -> '$.story'")}, 'samples', effect -> '$.story.samples')
     FROM deliveries WHERE seq IN (SELECT min(seq) FROM deliveries GROUP BY effect_id);
   INSERT INTO effects (id, value, quotes)
     SELECT effect_id, json_remove(effect, '$.story.groups', '$.story.samples'), seq
     FROM deliveries WHERE seq IN (SELECT min(seq) FROM deliveries GROUP BY effect_id);
   ALTER TABLE deliveries DROP COLUMN effect;
   UPDATE incidents SET story = json_set(story, '$.groups', json(${first('story')}), '$.otherGroups', ${others('story')})
     WHERE json_array_length(story, '$.groups') > ${groups};`;
}

/** The newest buckets that fit into so many bytes keep their messages; of older ones only the counts are kept. */
function windowWithin(bytes: number): string {
  return `UPDATE window SET value = json_set(value, '$.groups', json('[]')) WHERE key IN (
     SELECT key FROM (SELECT key, sum(length(value)) OVER (ORDER BY key DESC) AS so_far FROM window)
     WHERE so_far > ${bytes});`;
}

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
