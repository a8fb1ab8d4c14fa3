import type { DatabaseSync } from 'node:sqlite';
import type { IncidentRecord, Told } from './change.ts';
import { DELIVERY_STATES, deliveryKey, type DeliveryState } from './delivery.ts';
import { EffectTables, isStory } from './effect-tables.ts';
import { type Cells, emptyImage, type Image, type Patch } from './image.ts';
import { object, type Row, Statements, text } from './statements.ts';

/** Parts that are one row a key. */
const PARTS = ['meta', 'positions', 'entries', 'window', 'fleet'] as const;
type Part = (typeof PARTS)[number];

/** How many incidents are kept for looking back. */
const INCIDENTS_KEPT = 1_000;

/** Final deliveries are kept this long after their incident was closed, for late edits. */
const DELIVERIES_KEPT = 24 * 60 * 60 * 1_000;

/** The newest incidents first, `limit` at most, or the one of that id. */
export type IncidentQuery = { readonly limit: number } | { readonly id: string };

/** The tables of one open database. Every method throws SQLite's error; a `write` that throws has written nothing. */
export class Tables {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  #effects: EffectTables;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#effects = new EffectTables(this.#statements);
  }

  /** Everything but the history. */
  read(): Image {
    const image = emptyImage();
    for (const part of ['meta', 'positions', 'entries', 'fleet'] as const) {
      for (const row of this.#statements.all(`SELECT key, value FROM ${part}`)) {
        image[part].set(text(row, 'key'), text(row, 'value'));
      }
    }
    for (const row of this.#statements.all('SELECT key, value FROM window ORDER BY key')) {
      image.window.set(Number(row['key']), text(row, 'value'));
    }
    for (const delivery of this.#effects.deliveries()) image.deliveries.set(deliveryKey(delivery), delivery);
    return image;
  }

  /**
   * Writes a patch in one transaction, in place of all that is there if `anew`, and returns the keys of the
   * deliveries that were dropped for age.
   */
  write(patch: Patch, now: number, anew = false): readonly string[] {
    this.#statements.run('BEGIN IMMEDIATE');
    try {
      for (const part of PARTS) this.#writePart(part, patch[part], anew);
      if (anew) this.#effects.clear();
      for (const { delivery, effect } of patch.deliveries) this.#effects.write(delivery, effect);
      const dropped = patch.incidents.length > 0 || anew ? this.#writeIncidents(patch.incidents, now) : [];
      this.#statements.run('COMMIT');
      return dropped;
    } catch (error) {
      if (this.#database.isTransaction) this.#statements.run('ROLLBACK');
      this.#effects = new EffectTables(this.#statements);
      throw error;
    }
  }

  incidents(query: IncidentQuery): readonly IncidentRecord[] {
    const columns = 'SELECT id, opened_at, closed_at, story FROM incidents';
    const rows =
      'id' in query
        ? this.#statements.all(`${columns} WHERE id = ?`, query.id)
        : this.#statements.all(`${columns} ORDER BY opened_at DESC, id DESC LIMIT ?`, query.limit);
    return rows.flatMap(incidentOf);
  }

  /** What became of an incident's messages and sections, in the order they were owed; none a day after it was closed. */
  told(incident: string): readonly Told[] {
    const rows = this.#statements.all(
      `SELECT effects.value ->> '$.part' AS part, channel, state, deliveries.value ->> '$.since' AS since,
         deliveries.value ->> '$.nextAt' AS nextAt, deliveries.value ->> '$.attempts' AS attempts,
         deliveries.value ->> '$.detail' AS detail, effects.value ->> '$.story.heals[#-1].attempt' AS attempt,
         coalesce(effects.value ->> '$.story.heals[#-1].output', '') AS output
       FROM deliveries JOIN effects ON effects.id = effect_id WHERE incident = ? ORDER BY seq`,
      incident,
    );
    return rows.map((row) => ({
      part: text(row, 'part'),
      channel: text(row, 'channel'),
      state: stateOf(text(row, 'state')),
      since: Number(row['since']),
      nextAt: Number(row['nextAt']),
      attempts: Number(row['attempts']),
      detail: text(row, 'detail'),
      ...(text(row, 'part') === 'heal' && {
        heal: { attempt: Number(row['attempt']), output: text(row, 'output') },
      }),
    }));
  }

  close(): void {
    this.#database.close();
  }

  #writePart(part: Part, { put, drop }: Cells<string> | Cells<number>, anew: boolean): void {
    if (anew) this.#statements.run(`DELETE FROM ${part}`);
    for (const key of drop) this.#statements.run(`DELETE FROM ${part} WHERE key = ?`, key);
    const upsert = `INSERT INTO ${part} (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`;
    for (const [key, value] of put) this.#statements.run(upsert, key, value);
  }

  #writeIncidents(incidents: readonly IncidentRecord[], now: number): readonly string[] {
    for (const { id, openedAt, closedAt, story } of incidents) {
      this.#statements.run(
        `INSERT INTO incidents (id, opened_at, closed_at, story) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET closed_at = excluded.closed_at, story = excluded.story`,
        ...[id, openedAt, closedAt ?? null, JSON.stringify(story)],
      );
    }
    this.#statements.run(
      'DELETE FROM incidents WHERE id IN (SELECT id FROM incidents ORDER BY opened_at DESC LIMIT -1 OFFSET ?)',
      INCIDENTS_KEPT,
    );
    const dropped = this.#statements
      .all(
        `DELETE FROM deliveries WHERE state IN ('sent', 'dead')
         AND incident IN (SELECT id FROM incidents WHERE closed_at <= ?)
       RETURNING effect_id || char(10) || channel AS key`,
        now - DELIVERIES_KEPT,
      )
      .map((row) => text(row, 'key'));
    if (dropped.length > 0) this.#effects.sweep();
    return dropped;
  }
}

function stateOf(state: string): DeliveryState {
  return DELIVERY_STATES.find((known) => known === state) ?? 'pending';
}

function incidentOf(row: Row): readonly IncidentRecord[] {
  const story = object(row, 'story');
  if (!isStory(story)) return [];
  const closed = row['closed_at'] === null ? {} : { closedAt: Number(row['closed_at']) };
  return [{ id: text(row, 'id'), openedAt: Number(row['opened_at']), ...closed, story }];
}
