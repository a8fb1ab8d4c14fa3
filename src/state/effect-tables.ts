import type { Effect, Group, IncidentSnapshot } from '../model.ts';
import type { Delivery } from './delivery.ts';
import { object, type Row, type Statements, text } from './statements.ts';

/** How many characters of quotes are read at a start; what is beyond that is told without them. */
const QUOTES_READ = 16 * 1_024 * 1_024;

const FINAL: ReadonlySet<string> = new Set(['sent', 'dead']);

/** The largest part of a story. */
type Quotes = Pick<IncidentSnapshot, 'groups' | 'samples' | 'otherGroups'>;

const NO_QUOTES: Quotes = { groups: [], samples: { critical: [], error: [], warning: [], restart: [] } };

/**
 * The deliveries of one database. An effect is stored once, however many channels it is owed to, and what a story quotes
 * once, however many effects tell it. What was not written by a transaction that was kept must not be referred to:
 * after a rollback a new one is made.
 */
export class EffectTables {
  readonly #statements: Statements;
  readonly #written = new WeakSet<Effect>();
  /** By the groups a story has: those of one moment are one array, also when they are read again. */
  readonly #quotesOf = new WeakMap<readonly Group[], number>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** All, in the order they were added: quotes for what is owed first, then for the newest, as far as there is room. */
  deliveries(): readonly Delivery[] {
    const rows = this.#statements.all('SELECT effect_id, state, value FROM deliveries ORDER BY seq');
    const owed = new Set(
      rows.filter((row) => !FINAL.has(text(row, 'state'))).map((row) => text(row, 'effect_id')),
    );
    const effects = this.#read(owed);
    return rows.flatMap((row) => {
      const delivery: unknown = { ...object(row, 'value'), effect: effects.get(text(row, 'effect_id')) };
      return isDelivery(delivery) ? [delivery] : [];
    });
  }

  write({ effect, ...rest }: Delivery, withEffect: boolean): void {
    const value = JSON.stringify(rest);
    if (withEffect) {
      this.#writeEffect(effect);
      this.#statements.run(
        `INSERT INTO deliveries (effect_id, channel, incident, state, value) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET state = excluded.state, value = excluded.value`,
        ...[effect.id, rest.channel, effect.story.incident, rest.state, value],
      );
    } else {
      const update = 'UPDATE deliveries SET state = ?, value = ? WHERE effect_id = ? AND channel = ?';
      this.#statements.run(update, rest.state, value, effect.id, rest.channel);
    }
  }

  clear(): void {
    for (const table of ['deliveries', 'effects', 'quotes']) this.#statements.run(`DELETE FROM ${table}`);
  }

  /** Drops the effects that no delivery is left of, and what only they have quoted. */
  sweep(): void {
    this.#statements.run('DELETE FROM effects WHERE id NOT IN (SELECT effect_id FROM deliveries)');
    this.#statements.run('DELETE FROM quotes WHERE id NOT IN (SELECT quotes FROM effects)');
  }

  #writeEffect(effect: Effect): void {
    if (this.#written.has(effect)) return;
    const { groups, samples, otherGroups, ...story } = effect.story;
    const quotes =
      this.#quotesOf.get(groups) ??
      this.#statements.run(
        'INSERT INTO quotes (value) VALUES (?)',
        JSON.stringify({ groups, otherGroups, samples }),
      );
    this.#quotesOf.set(groups, quotes);
    this.#statements.run(
      `INSERT INTO effects (id, value, quotes) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, quotes = excluded.quotes`,
      ...[effect.id, JSON.stringify({ ...effect, story }), quotes],
    );
    this.#written.add(effect);
  }

  #read(owed: ReadonlySet<string>): ReadonlyMap<string, unknown> {
    const rows = this.#statements.all('SELECT id, value, quotes FROM effects ORDER BY quotes DESC');
    const isOwed = (row: Row): boolean => owed.has(text(row, 'id'));
    const first = [...rows.filter(isOwed).reverse(), ...rows.filter((row) => !isOwed(row))];
    const quotes = this.#quotes(new Set(first.map((row) => Number(row['quotes']))));
    return new Map(
      rows.map((row) => {
        const effect = object(row, 'value');
        const story = has(effect, 'story') && typeof effect.story === 'object' ? effect.story : {};
        const quoted = quotes.get(Number(row['quotes'])) ?? NO_QUOTES;
        return [text(row, 'id'), { ...effect, story: { ...story, ...quoted } }];
      }),
    );
  }

  /** Those that fit, the first ones first. */
  #quotes(ids: ReadonlySet<number>): ReadonlyMap<number, object> {
    const read = new Map<number, object>();
    let room = QUOTES_READ;
    for (const id of ids) {
      const [row] = this.#statements.all(
        'SELECT value FROM quotes WHERE id = ? AND length(value) <= ?',
        id,
        room,
      );
      if (row === undefined) continue;
      room -= text(row, 'value').length;
      read.set(id, object(row, 'value'));
    }
    return read;
  }
}

// What is read here was written by this class itself, through these same types: the guards tell a foreign shape from
// ours, they do not examine every field.

function isDelivery(value: unknown): value is Delivery {
  return has(value, 'effect') && isEffect(value.effect) && has(value, 'channel') && has(value, 'state');
}

function isEffect(value: unknown): value is Effect {
  return has(value, 'type') && value.type === 'effect' && has(value, 'story') && isStory(value.story);
}

/** A story as far as the store has to know it. */
export function isStory(value: unknown): value is IncidentSnapshot {
  return has(value, 'incident') && has(value, 'openedAt') && has(value, 'timeline');
}

function has<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}
