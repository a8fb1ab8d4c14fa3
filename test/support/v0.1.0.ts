import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diff } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/state/store.ts';
import { bench, scratchDir } from './state.ts';

/** What version 0.1.0 has written; README.md in this folder tells how each file was made. */
export const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'v0.1.0');

/** When each daemon whose state is kept made its last commit (epoch milliseconds). */
export const SAVED_AT = {
  quiet: 1_795_680_307_467,
  healing: 1_795_680_525_942,
  escalated: 1_795_680_445_115,
  blind: 1_795_680_494_857,
};

export type SavedState = keyof typeof SAVED_AT;

/** What version 0.1.0 printed, wrote or sent, with lengths of time as they are written now: it wrote `4s663ms`. */
export function golden(...path: readonly string[]): string {
  const text = readFileSync(join(FIXTURES, 'golden', ...path), 'utf8');
  return text.replace(/\b(\d+)s(\d{1,3})ms\b/g, (_, seconds: string, ms: string) => {
    const length = Number(seconds) + Number(ms) / 1_000;
    return length < 10 ? `${Math.min(9.9, Math.round(length * 10) / 10)}s` : `${Math.floor(length)}s`;
  });
}

/** A copy of a state directory, gone with the test. */
export function stateDir(name: SavedState): string {
  const dir = scratchDir();
  const from = join(FIXTURES, 'state', name);
  for (const file of readdirSync(from))
    writeFileSync(join(dir, file.replace(/\.gz$/, '')), gunzipSync(readFileSync(join(from, file))));
  return dir;
}

/** Opens a state directory a second after its last commit; the store has to find nothing amiss. */
export function openSaved(name: SavedState, dir = stateDir(name)): Store {
  const { log, said } = bench();
  const store = openStore(dir, { now: () => SAVED_AT[name] + 1_000, log });
  onTestFinished(() => store.close());
  expect(said).toEqual([]);
  expect(store.freshBecause).toBeUndefined();
  return store;
}

/**
 * What is told otherwise than version 0.1.0 did, line by line and with the lines of a quoted text apart: kept beside the
 * golden files, so that each change is one that somebody has read and meant.
 */
export function changesSince(then: string, now: string): string {
  const lines = (text: string): readonly string[] => text.replaceAll('\\n', '\n').split('\n');
  return diff(lines(now), lines(then))
    .filter(([operation]) => operation !== 0)
    .map(([operation, line]) => `${operation < 0 ? '-' : '+'} ${line}\n`)
    .join('');
}

/** The kept changes of one golden file. */
export function changesFile(...path: readonly string[]): string {
  return join(FIXTURES, 'changed', `${path.join('-')}.diff`);
}
