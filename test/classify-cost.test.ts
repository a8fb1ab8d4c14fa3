import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

const classifier = createClassifier([]);

/** How many times more than a typical line a byte of any other may cost. */
const MOST = 20;

/** What patterns find hard: words of trouble, separators and brackets, over and over, and no end to a word. */
const UNITS = [
  'no error ',
  'error ',
  'not found ',
  'a: ',
  '[x] ',
  '{"a":',
  '"',
  "'a' ",
  '`a` ',
  '(',
  '0 failed, ',
  'x=',
  'a.b.c.d.',
  'AError',
  'Error: ',
  '/a',
  'a-error-',
  'cannot ',
  'if error ',
  'retry (',
  '1.1.1.1 ',
  'err.err.',
  'a@b.',
  '\t',
  ' ',
  'a|b|',
  '[',
  '<',
  '{',
  'é',
  '0',
  '_',
  'aA',
  'train_error ',
  'x joined ',
  'x was killed x ',
  'error_a_b ',
  'level error,',
  'rate ',
  'connection lost ',
];
const BEFORE = ['', 'failed ', '2026-11-26 10:00:00 '];

/** Microseconds of processor time for each byte: a busy machine makes it no more. */
function costOf(lines: readonly string[]): number {
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  let least = Infinity;
  for (let round = 0; round < 3; round++) {
    const entry = newEntry();
    const start = processorTime();
    for (const line of lines) classifier.judge(line, entry, 'web', 1);
    least = Math.min(least, processorTime() - start);
  }
  return least / bytes;
}

/** The sum is exact to the microsecond; how it divides is guessed by sampling, and either may stand still for long. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Lines that no earlier one has answered. */
function lines(unit: string, before: string, size: number): readonly string[] {
  const text = (before + unit.repeat(Math.ceil(size / unit.length))).slice(0, size - 3);
  return Array.from(
    { length: Math.ceil(16_384 / size) },
    (_, n) => `${text} ${String.fromCharCode(97 + n)}q`,
  );
}

test.each([200, 2_000, 16_000])(
  'no line of %i bytes costs more than twenty times a typical one, byte for byte',
  (size) => {
    const known = readFileSync(join(import.meta.dirname, 'fixtures', 'classify', 'prose.tsv'), 'utf8');
    const typical = costOf(known.trimEnd().split('\n'));
    const costs = UNITS.flatMap((unit) =>
      BEFORE.map((before) => ({ text: before + unit, ratio: costOf(lines(unit, before, size)) / typical })),
    );
    expect(costs.filter(({ ratio }) => ratio > MOST)).toEqual([]);
  },
  60_000,
);
