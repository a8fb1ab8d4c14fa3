import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Effect, IncidentSnapshot } from '../model.ts';
import { type Delivery, deliveryKey } from './delivery.ts';
import type { IncidentRecord } from './change.ts';
import { type Cells, emptyImage, type Image, type Patch } from './image.ts';

/** Parts that are one row a key. */
const PARTS = ['meta', 'positions', 'entries', 'window'] as const;
type Part = (typeof PARTS)[number];

/** How many incidents are kept for looking back. */
const INCIDENTS_KEPT = 1_000;

/** Final deliveries are kept this long after their incident was closed, for late edits. */
const DELIVERIES_KEPT = 24 * 60 * 60 * 1_000;

/** The newest incidents first, `limit` at most, or the one of that id. */
export type IncidentQuery = { readonly limit: number } | { readonly id: string };

type Row = Record<string, SQLOutputValue>;

/** The tables of one open database. Every method throws SQLite's error; a `write` that throws has written nothing. */
export class Tables {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Everything but the history. */
  read(): Image {
    const image = emptyImage();
    for (const part of ['meta', 'positions', 'entries'] as const) {
      for (const row of this.#all(`SELECT key, value FROM ${part}`)) {
        image[part].set(text(row, 'key'), text(row, 'value'));
      }
    }
    for (const row of this.#all('SELECT key, value FROM window ORDER BY key')) {
      image.window.set(Number(row['key']), text(row, 'value'));
    }
    for (const row of this.#all('SELECT effect, value FROM deliveries ORDER BY seq')) {
      const delivery: unknown = { ...object(row, 'value'), effect: object(row, 'effect') };
      if (isDelivery(delivery)) image.deliveries.set(deliveryKey(delivery), delivery);
    }
    return image;
  }

  /**
   * Writes a patch in one transaction, in place of all that is there if `anew`, and returns the keys of the
   * deliveries that were dropped for age.
   */
  write(patch: Patch, now: number, anew = false): readonly string[] {
    this.#run('BEGIN IMMEDIATE');
    try {
      for (const part of PARTS) this.#writePart(part, patch[part], anew);
      if (anew) this.#run('DELETE FROM deliveries');
      for (const { delivery, effect } of patch.deliveries) this.#writeDelivery(delivery, effect);
      const dropped = patch.incidents.length > 0 || anew ? this.#writeIncidents(patch.incidents, now) : [];
      this.#run('COMMIT');
      return dropped;
    } catch (error) {
      if (this.#database.isTransaction) this.#run('ROLLBACK');
      throw error;
    }
  }

  incidents(query: IncidentQuery): readonly IncidentRecord[] {
    const columns = 'SELECT id, opened_at, closed_at, story FROM incidents';
    const rows =
      'id' in query
        ? this.#all(`${columns} WHERE id = ?`, query.id)
        : this.#all(`${columns} ORDER BY opened_at DESC, id DESC LIMIT ?`, query.limit);
    return rows.flatMap(incidentOf);
  }

  close(): void {
    this.#database.close();
  }

  #writePart(part: Part, { put, drop }: Cells<string> | Cells<number>, anew: boolean): void {
    if (anew) this.#run(`DELETE FROM ${part}`);
    for (const key of drop) this.#run(`DELETE FROM ${part} WHERE key = ?`, key);
    const upsert = `INSERT INTO ${part} (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`;
    for (const [key, value] of put) this.#run(upsert, key, value);
  }

  #writeDelivery({ effect, ...rest }: Delivery, withEffect: boolean): void {
    const { channel, state } = rest;
    const value = JSON.stringify(rest);
    if (withEffect) {
      this.#run(
        `INSERT INTO deliveries (effect_id, channel, incident, state, effect, value) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET state = excluded.state, effect = excluded.effect, value = excluded.value`,
        ...[effect.id, channel, effect.story.incident, state, JSON.stringify(effect), value],
      );
    } else {
      const update = 'UPDATE deliveries SET state = ?, value = ? WHERE effect_id = ? AND channel = ?';
      this.#run(update, state, value, effect.id, channel);
    }
  }

  #writeIncidents(incidents: readonly IncidentRecord[], now: number): readonly string[] {
    for (const { id, openedAt, closedAt, story } of incidents) {
      this.#run(
        `INSERT INTO incidents (id, opened_at, closed_at, story) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET closed_at = excluded.closed_at, story = excluded.story`,
        ...[id, openedAt, closedAt ?? null, JSON.stringify(story)],
      );
    }
    this.#run(
      'DELETE FROM incidents WHERE id IN (SELECT id FROM incidents ORDER BY opened_at DESC LIMIT -1 OFFSET ?)',
      INCIDENTS_KEPT,
    );
    return this.#all(
      `DELETE FROM deliveries WHERE state IN ('sent', 'dead')
         AND incident IN (SELECT id FROM incidents WHERE closed_at <= ?)
       RETURNING effect_id || char(10) || channel AS key`,
      now - DELIVERIES_KEPT,
    ).map((row) => text(row, 'key'));
  }

  #run(sql: string, ...values: readonly (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }

  #all(sql: string, ...values: readonly (string | number | null)[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function text(row: Row, column: string): string {
  return String(row[column]);
}

function object(row: Row, column: string): object {
  const value: unknown = JSON.parse(text(row, column));
  return typeof value === 'object' && value !== null ? value : {};
}

function incidentOf(row: Row): readonly IncidentRecord[] {
  const story = object(row, 'story');
  if (!isStory(story)) return [];
  const closed = row['closed_at'] === null ? {} : { closedAt: Number(row['closed_at']) };
  return [{ id: text(row, 'id'), openedAt: Number(row['opened_at']), ...closed, story }];
}

// What is read here was written by `Tables` itself, through these same types: the guards tell a foreign shape from
// ours, they do not examine every field.

function isDelivery(value: unknown): value is Delivery {
  return has(value, 'effect') && isEffect(value.effect) && has(value, 'channel') && has(value, 'state');
}

function isEffect(value: unknown): value is Effect {
  return has(value, 'type') && value.type === 'effect' && has(value, 'story') && isStory(value.story);
}

function isStory(value: unknown): value is IncidentSnapshot {
  return has(value, 'incident') && has(value, 'openedAt') && has(value, 'timeline');
}

function has<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}
