import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { containerKey, emptyMemory, type Memory, messageKey } from '../learning/memory.ts';
import { noPauses } from '../learning/pauses.ts';
import { HISTORY_FILE } from './history-file.ts';

const HOUR = 3_600_000;
const WEEK_AND_A_DAY = 8 * 24;

/** What the history in a directory knows at `now` (epoch milliseconds); nothing where there is none. Throws SQLite's error. */
export function loadMemory(dir: string, now: number): Memory {
  const path = join(dir, HISTORY_FILE);
  const memory = emptyMemory();
  if (!existsSync(path)) return memory;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 250 });
  try {
    fill(memory, Math.floor(now / HOUR), (sql, ...values) => database.prepare(sql).iterate(...values));
  } finally {
    database.close();
  }
  return memory;
}

type Query = (sql: string, ...values: number[]) => Iterable<Readonly<Record<string, SQLOutputValue>>>;

function fill(memory: Memory, hour: number, query: Query): void {
  for (const { name, first } of query('SELECT name, first FROM repositories'))
    memory.repositories.set(String(name), Number(first));
  for (const row of query('SELECT repository, fingerprint, first, last FROM messages'))
    memory.messages.set(messageKey(String(row['repository']), String(row['fingerprint'])), {
      first: Number(row['first']),
      last: Number(row['last']),
    });
  for (const { name, id, parts } of query('SELECT name, id, parts FROM setups ORDER BY at'))
    memory.setups.set(String(name), { id: String(id), parts: texts(String(parts)) });
  const recent = hour - WEEK_AND_A_DAY;
  for (const row of query(
    `SELECT repository, fingerprint, hour, message_hours.count AS count FROM message_hours JOIN messages ON id = message
     WHERE hour >= ? AND kind IN ('critical', 'error')`,
    recent,
  ))
    add(memory, messageKey(String(row['repository']), String(row['fingerprint'])), row);
  for (const { name, histogram, last } of query(
    'SELECT name, histogram, last FROM pauses JOIN names ON id = container',
  )) {
    const known: unknown = JSON.parse(String(histogram));
    const counts = Array.isArray(known) ? known.map(Number) : [];
    const pauses = noPauses().map((_, step) => counts[step] ?? 0);
    memory.habits.set(String(name), { last: Number(last), pauses, hours: new Set() });
  }
  for (const row of query(
    'SELECT name, hour, critical + error AS count, active FROM hours JOIN names ON id = container WHERE hour >= ?',
    recent,
  )) {
    const one = Number(row['hour']);
    memory.observed.add(one);
    if (Number(row['count']) > 0) add(memory, containerKey(String(row['name'])), row);
    if (Number(row['active']) > 0 && one >= hour - 24) memory.habits.get(String(row['name']))?.hours.add(one);
  }
  for (const { at, until } of query(
    "SELECT at, until FROM marks WHERE kind = 'blind' AND until >= ?",
    recent * HOUR,
  ))
    for (let one = Math.floor(Number(at) / HOUR); one <= Number(until) / HOUR; one++)
      memory.observed.delete(one);
}

function texts(json: string): Readonly<Record<string, string>> {
  const known: unknown = JSON.parse(json);
  return Object.fromEntries(
    Object.entries(typeof known === 'object' && known !== null ? known : {}).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
}

function add(memory: Memory, key: string, row: Readonly<Record<string, SQLOutputValue>>): void {
  const hours = memory.hours.get(key) ?? new Map<number, number>();
  hours.set(Number(row['hour']), Number(row['count']));
  memory.hours.set(key, hours);
}
