import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import { setupKey } from '../learning/memory.ts';
import { KINDS } from '../model.ts';
import { setAside } from '../state/set-aside.ts';
import { Statements } from '../state/statements.ts';
import type { CountRow, Gathered, MessageRow, PauseRow } from './gathered.ts';
import { ADDED, KEPT, MOST_MESSAGES, MOST_SETUPS, MOST_WITH_HOURS, SCHEMA } from './schema.ts';

/** The name of the history in the state directory. */
export const HISTORY_FILE = 'history.sqlite';

const HOUR = 3_600_000;

/** The history on disk. Nothing of it throws: what cannot be written is told once, lost, and the next is tried again. */
export interface HistoryFile {
  write(gathered: Gathered | undefined, now: number): void;
  /** Why the last write failed; empty if it did not. */
  problem(): string;
  close(): void;
}

/**
 * Opens the history in a directory, creating it as needed; a damaged or foreign file is set aside and a new one begun.
 * Old rows are dropped once an hour. Where it cannot be opened at all, it is tried again with each write.
 */
export function openHistory(dir: string, now: number, log: Log): HistoryFile {
  const path = join(dir, HISTORY_FILE);
  let tables: Tables | undefined;
  let problem = '';
  let prunedAt = now;
  attempt(() => (tables = opened(path, now, log)));
  return {
    write(gathered, at) {
      if (gathered === undefined && at - prunedAt < HOUR) return;
      attempt(() => {
        tables ??= opened(path, at, log);
        if (gathered !== undefined) tables.write(gathered);
        if (at - prunedAt < HOUR) return;
        prunedAt = at;
        const forgotten = tables.prune(at);
        if (forgotten > 0)
          log.warn(
            { messages: forgotten },
            `the history holds at most ${MOST_MESSAGES} messages: the least recently seen left`,
          );
      });
    },
    problem: () => problem,
    close: () => attempt(() => tables?.close()),
  };

  function attempt(action: () => void): void {
    try {
      action();
      problem = '';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (problem === '')
        log.warn({ path, problem: why }, 'the history cannot be written; nothing else depends on it');
      problem = why;
      tables?.close();
      tables = undefined;
    }
  }
}

function opened(path: string, now: number, log: Log): Tables {
  try {
    return new Tables(path);
  } catch (error) {
    // SQLITE_CORRUPT, SQLITE_NOTADB, and a file that is a database of something else.
    if (!existsSync(path) || !isDamage(error)) throw error;
    const kept = setAside(path, 'damaged', now);
    log.warn({ kept }, 'the history was damaged and is set aside; a new one begins');
    return new Tables(path);
  }
}

class Foreign extends Error {}

function isDamage(error: unknown): boolean {
  if (error instanceof Foreign) return true;
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return code === 11 || code === 26;
}

/** The tables of an open history. Every method throws SQLite's error; what throws has written nothing. */
class Tables {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #ids = new Map<string, number>();

  constructor(path: string) {
    closeSync(openSync(path, 'a', 0o600));
    this.#database = new DatabaseSync(path, { timeout: 250 });
    try {
      this.#prepare();
    } catch (error) {
      this.#database.close();
      throw error;
    }
    this.#statements = new Statements(this.#database);
  }

  #prepare(): void {
    const version = Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version']);
    const isNew = this.#database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (version !== 1 && !isNew) throw new Foreign('not a history of this release');
    // Room that old rows leave is given back a little at a time; its mode is set before the first table.
    if (isNew) this.#database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304',
    );
    if (isNew) this.#database.exec(`BEGIN; ${SCHEMA} COMMIT`);
    this.#database.exec(ADDED);
  }

  write({ counts, messages, pauses, incidents, marks, repositories, setups }: Gathered): void {
    this.#inTransaction(() => {
      for (const row of counts) this.#count(row);
      for (const row of messages) this.#message(row);
      for (const row of pauses) this.#pauses(row);
      for (const { id, key, opened: at, closed, state, reason, heals } of incidents)
        this.#statements.run(
          'INSERT OR REPLACE INTO incidents (id, key, opened, closed, state, reason, heals) VALUES (?, ?, ?, ?, ?, ?, ?)',
          ...[id, key, at, closed ?? null, state, reason, JSON.stringify(heals)],
        );
      for (const [name, first] of repositories)
        this.#statements.run('INSERT OR IGNORE INTO repositories (name, first) VALUES (?, ?)', name, first);
      for (const { source, container, id, parts, at } of setups)
        this.#statements.run(
          'INSERT OR REPLACE INTO setups (name, id, parts, at) VALUES (?, ?, ?, ?)',
          ...[setupKey(source, container), id, JSON.stringify(parts), at],
        );
      for (const { at, until, kind, container, text } of marks)
        this.#statements.run(
          'INSERT INTO marks (at, until, kind, container, text) VALUES (?, ?, ?, ?, ?)',
          ...[at, until ?? null, kind, container, text],
        );
    });
  }

  /** Drops what is too old or too much, and returns how many messages had to leave for lack of room. */
  prune(now: number): number {
    let forgotten = 0;
    this.#inTransaction(() => {
      const { run, all } = this.#bound();
      run('DELETE FROM minutes WHERE minute < ?', Math.floor((now - KEPT.minutes) / 60_000));
      run('DELETE FROM hours WHERE hour < ?', Math.floor((now - KEPT.hours) / HOUR));
      run('DELETE FROM messages WHERE last < ?', now - KEPT.messages);
      forgotten = all(
        'DELETE FROM messages WHERE id IN (SELECT id FROM messages ORDER BY last DESC, id DESC LIMIT -1 OFFSET ?) RETURNING id',
        MOST_MESSAGES,
      ).length;
      run(
        'DELETE FROM setups WHERE rowid NOT IN (SELECT rowid FROM setups ORDER BY at DESC LIMIT ?)',
        MOST_SETUPS,
      );
      run('DELETE FROM message_hours WHERE hour < ?', Math.floor((now - KEPT.messageHours) / HOUR));
      run(
        'DELETE FROM message_hours WHERE message NOT IN (SELECT message FROM message_hours GROUP BY message ORDER BY sum(count) DESC, message LIMIT ?)',
        MOST_WITH_HOURS,
      );
    });
    this.#database.exec('PRAGMA incremental_vacuum(256)');
    return forgotten;
  }

  close(): void {
    this.#database.close();
  }

  #bound() {
    const statements = this.#statements;
    return {
      run: (sql: string, ...values: (string | number | null)[]) => statements.run(sql, ...values),
      all: (sql: string, ...values: (string | number | null)[]) => statements.all(sql, ...values),
    };
  }

  #count({ minute, container, counts, active }: CountRow): void {
    const id = this.#id(container);
    const values = KINDS.map((kind) => counts[kind]);
    const sums = KINDS.map((kind) => `${kind} = ${kind} + excluded.${kind}`).join(', ');
    if (values.some((value) => value > 0))
      this.#statements.run(
        `INSERT INTO minutes (minute, container, ${KINDS.join(', ')}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${sums}`,
        ...[minute, id, ...values],
      );
    this.#statements.run(
      `INSERT INTO hours (hour, container, ${KINDS.join(', ')}, active) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${sums}, active = active + excluded.active`,
      ...[Math.floor(minute / 60), id, ...values, Number(active)],
    );
  }

  #message({ repository, fingerprint, kind, container, hour, first, last, count, sample }: MessageRow): void {
    const [row] = this.#statements.all(
      `INSERT INTO messages (repository, fingerprint, kind, container, first, last, count, sample) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last = max(last, excluded.last), count = count + excluded.count, kind = excluded.kind
       RETURNING id`,
      ...[repository, fingerprint, kind, container, first, last, count, sample],
    );
    this.#statements.run(
      'INSERT INTO message_hours (message, hour, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
      ...[Number(row?.['id']), hour, count],
    );
  }

  #pauses({ container, histogram, last }: PauseRow): void {
    const id = this.#id(container);
    const [row] = this.#statements.all('SELECT histogram FROM pauses WHERE container = ?', id);
    const known: unknown = row === undefined ? [] : JSON.parse(String(row['histogram']));
    const before = Array.isArray(known) ? known : [];
    const sums = histogram.map((value, step) => value + Number(before[step] ?? 0));
    this.#statements.run(
      'INSERT OR REPLACE INTO pauses (container, histogram, last) VALUES (?, ?, ?)',
      ...[id, JSON.stringify(sums), last],
    );
  }

  #id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#statements.run('INSERT OR IGNORE INTO names (name) VALUES (?)', name);
    const id = Number(this.#statements.all('SELECT id FROM names WHERE name = ?', name)[0]?.['id']);
    this.#ids.set(name, id);
    return id;
  }

  #inTransaction(action: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      action();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#ids.clear();
      throw error;
    }
  }
}
