import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** The statements of one database, each prepared once. They throw SQLite's error. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs one for its effect, and returns the id of the row it inserted last. */
  run(sql: string, ...values: readonly (string | number | null)[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  all(sql: string, ...values: readonly (string | number | null)[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

export function text(row: Row, column: string): string {
  return String(row[column]);
}

/** A column's JSON object; an empty one if it holds anything else. */
export function object(row: Row, column: string): object {
  const value: unknown = JSON.parse(text(row, column));
  return typeof value === 'object' && value !== null ? value : {};
}
