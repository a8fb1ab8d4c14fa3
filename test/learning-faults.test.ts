import { expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { learner } from '../src/learning/learner.ts';
import { emptyMemory } from '../src/learning/memory.ts';
import type { Judged, Note } from '../src/model.ts';
import { FAULT_KINDS, fortnight } from './support/fault-kinds.ts';

/** Seeds that nothing was tuned on. By hand `LEARNING_SEEDS=20` takes more of them, and prints the figures of docs/learning.md. */
const MORE = Number(process.env['LEARNING_SEEDS'] ?? 1);
const SEEDS = Array.from({ length: MORE }, (_, n) => 9_001 + n);

function notesOf(items: readonly Judged[]): readonly Note[] {
  const learning = learner(emptyMemory(), () => defaults.learning);
  return items.flatMap((item) => learning.see(item, item.at)).filter((item) => item.type === 'note');
}

test('a calm fortnight has nothing new, back or silent, and at most one rate a week', () => {
  const rates = SEEDS.map((seed) => {
    const notes = notesOf(fortnight(seed, false).items);
    expect(notes.filter(({ sign }) => sign !== 'rate')).toEqual([]);
    return notes.length;
  });
  if (MORE > 1) console.log(`rate notes of ${MORE} calm fortnights: ${rates.join(' ')}`);
  expect(Math.max(...rates) / 2).toBeLessThanOrEqual(1);
}, 600_000);

test('of thirty kinds of faults at least 27 are found in time', () => {
  expect(FAULT_KINDS).toHaveLength(30);
  const missed = SEEDS.map((seed) => {
    const { items, put } = fortnight(seed, true);
    const notes = notesOf(items);
    return put.filter(
      (one) =>
        !notes.some(
          ({ sign, container, at }) =>
            sign === one.sign && container === one.container && at >= one.at && at <= one.at + one.within,
        ),
    );
  });
  if (MORE > 1)
    console.log(
      missed.map((some, n) => `${SEEDS[n] ?? 0}: ${some.map(({ kind }) => kind).join(', ')}`).join('\n'),
    );
  for (const some of missed)
    expect(some.map(({ kind }) => kind).length, JSON.stringify(some)).toBeLessThanOrEqual(3);
}, 600_000);
