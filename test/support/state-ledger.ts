import type { Change } from '../../src/state/change.ts';
import type { Store } from '../../src/state/store.ts';
import { alert } from './state.ts';

const BUCKETS = 20;
const CONTAINERS = 7;

/** The commit after which `count` lines have been counted: every part of it says so in its own way. */
export function nextChange(count: number): Change {
  const container = count % CONTAINERS;
  const filler = 'x'.repeat((count * 37) % 3_000);
  return {
    positions: { put: new Map([[`c${container}`, { cursor: count, filler }]]) },
    window: { put: new Map([[count % BUCKETS, { newest: count, filler }]]) },
    core: { count },
    owed: [{ effect: { ...alert('i'), id: `i:${count}` }, channels: ['ntfy'], at: count }],
    deliveries: [],
    incidents: [],
  };
}

/** How many lines the store has counted. Throws if its parts do not agree. */
export function countIn(store: Store): number {
  const saved = store.load();
  if (saved?.core === undefined) return 0;
  const { count } = saved.core as { count: number };
  const newest = <K>(rows: ReadonlyMap<K, unknown>, field: string): number[] =>
    [...rows.values()].map((row) => (row as Record<string, number>)[field] ?? NaN).sort((a, b) => a - b);
  const expected = (rows: number): number[] =>
    Array.from({ length: Math.min(rows, count) }, (_, i) => count - Math.min(rows, count) + 1 + i);
  const parts = {
    cursors: newest(saved.positions, 'cursor'),
    buckets: newest(saved.window, 'newest'),
    owed: [...store.deliveries()].map(({ since }) => since),
  };
  const whole = { cursors: expected(CONTAINERS), buckets: expected(BUCKETS), owed: expected(count) };
  if (JSON.stringify(parts) !== JSON.stringify(whole)) {
    throw new Error(`the parts disagree at ${count}: ${JSON.stringify(parts)}`);
  }
  return count;
}
