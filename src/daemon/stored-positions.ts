import type { Json, Position } from '../streams/source.ts';

/** What separates a source's id from the name of a part in a row's key; an empty name is for what the parts share. */
const SEPARATOR = '\n';

/** Positions by the id of their source. */
export type Positions = ReadonlyMap<string, Position>;

/** Positions as rows of the store, one a part, so that only the parts that have changed are written. */
export function rowsOf(positions: Positions): ReadonlyMap<string, Json> {
  const rows = new Map<string, Json>();
  for (const [source, { parts, shared }] of positions) {
    for (const [part, value] of Object.entries(parts)) rows.set(source + SEPARATOR + part, value);
    if (shared !== undefined) rows.set(source + SEPARATOR, shared);
  }
  return rows;
}

/** The positions that rows of the store hold. Whether a part has the right shape is for its source to tell. */
export function positionsIn(rows: ReadonlyMap<string, unknown>): Positions {
  const positions = new Map<string, { parts: Record<string, Json>; shared?: Json }>();
  for (const [key, value] of rows) {
    const end = key.indexOf(SEPARATOR);
    if (end < 0 || !isJson(value)) continue;
    const source = key.slice(0, end);
    const part = key.slice(end + SEPARATOR.length);
    const position = positions.get(source) ?? { parts: {} };
    positions.set(source, position);
    if (part === '') position.shared = value;
    else position.parts[part] = value;
  }
  return positions;
}

/** What was parsed from JSON text is JSON: only `undefined` is not. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}
