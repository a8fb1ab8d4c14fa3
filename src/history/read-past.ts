import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { CountedMinute, Past, PastMark, PastMessage } from '../learning/past.ts';
import { KINDS } from '../model.ts';
import { HISTORY_FILE } from './history-file.ts';

const HOUR = 3_600_000;

/**
 * What the history in a directory has of a span (epoch milliseconds, the end not included): counts by minute and by hour,
 * messages, marks. The daemon may be writing it. Throws with a reason where there is none, or none that can be read.
 */
export function readPast(dir: string, from: number, until: number): Past {
  const path = join(dir, HISTORY_FILE);
  if (!existsSync(path)) throw new Error(`${path}: there is no history yet; the daemon writes it`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  const all = (sql: string, ...values: number[]): readonly Row[] => database.prepare(sql).all(...values);
  const hours = [Math.floor(from / HOUR), Math.ceil(until / HOUR)] as const;
  try {
    return {
      minutes: all(
        `SELECT minute * 60000 AS at, name, ${KINDS.join(', ')} FROM minutes JOIN names ON id = container
         WHERE minute * 60000 >= ? AND minute * 60000 < ? ORDER BY minute, name`,
        ...[from, until],
      ).map(counted),
      hours: all(
        `SELECT hour * 3600000 AS at, name, ${KINDS.join(', ')} FROM hours JOIN names ON id = container
         WHERE hour >= ? AND hour < ? ORDER BY hour, name`,
        ...hours,
      ).map(counted),
      messages: all(
        `SELECT kind, container, fingerprint, sample, first, last, count,
           (SELECT coalesce(sum(count), 0) FROM message_hours WHERE message = id AND hour >= ? AND hour < ?) AS lately
         FROM messages ORDER BY lately DESC, id`,
        ...hours,
      ).flatMap(message),
      marks: all(
        'SELECT at, until, kind, container, text FROM marks WHERE coalesce(until, at) >= ? AND at < ? ORDER BY at, id',
        ...[from, until],
      ).map(mark),
      began: all('SELECT min(hour) AS hour FROM hours').flatMap(({ hour }) =>
        typeof hour === 'number' ? [hour * HOUR] : [],
      )[0],
    };
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    database.close();
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function counted(row: Row): CountedMinute {
  const [critical, error, warning, restart] = KINDS.map((kind) => Number(row[kind]));
  return {
    at: Number(row['at']),
    container: String(row['name']),
    counts: { critical: critical ?? 0, error: error ?? 0, warning: warning ?? 0, restart: restart ?? 0 },
  };
}

function message(row: Row): readonly PastMessage[] {
  const kind = KINDS.find((one) => one === row['kind']);
  if (kind === undefined) return [];
  const [container = '', fingerprint = '', sample = ''] = ['container', 'fingerprint', 'sample'].map((name) =>
    String(row[name]),
  );
  const [first = 0, last = 0, lately = 0, total = 0] = ['first', 'last', 'lately', 'count'].map((name) =>
    Number(row[name]),
  );
  return [{ kind, container, fingerprint, sample, first, last, count: lately, total }];
}

function mark(row: Row): PastMark {
  const at = Number(row['at']);
  return {
    at,
    until: row['until'] === null ? at : Number(row['until']),
    kind: String(row['kind']),
    container: String(row['container']),
    text: String(row['text']),
  };
}
