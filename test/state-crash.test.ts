import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openStore } from '../src/state/store.ts';
import { bench, NOON, quickDir, scratchDir } from './support/state.ts';
import { countIn, nextChange } from './support/state-ledger.ts';

const WRITER = fileURLToPath(new URL('support/state-writer.ts', import.meta.url));

/** What opening a directory that holds these bytes comes to. */
function outcomeOf(files: { readonly db: Uint8Array; readonly wal: Uint8Array }) {
  const dir = join(quickDir(), 'state');
  mkdirSync(dir);
  writeFileSync(join(dir, 'state.db'), files.db);
  writeFileSync(join(dir, 'state.db-wal'), files.wal);
  const store = openStore(dir, { now: () => NOON, log: bench().log });
  try {
    const { freshBecause } = store;
    return { count: countIn(store), freshBecause, usable: store.commit({ core: { count: -1 } }) };
  } finally {
    store.close();
  }
}

/** The two files as they stand while a store is open and `counts` has been committed. */
function bytesAfter(dir: string, from: number, to: number) {
  const store = openStore(dir, { now: () => NOON, log: bench().log });
  for (let count = from; count <= to; count += 1) store.commit(nextChange(count));
  const bytes = { db: readFileSync(join(dir, 'state.db')), wal: readFileSync(join(dir, 'state.db-wal')) };
  store.close();
  return bytes;
}

test('killed with -9 at 20 random moments, nothing that was committed is lost and the parts agree', async () => {
  const dir = scratchDir();
  let acknowledged = 0;
  for (let kill = 0; kill < 20; kill += 1) {
    const writer = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const last = acknowledged + 1 + Math.floor(Math.random() * 150);
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Number(line);
      if (acknowledged === last) writer.kill('SIGKILL');
    }
    expect(writer.signalCode ?? (await once(writer, 'exit'))[1]).toBe('SIGKILL');
    const store = openStore(dir, { now: () => NOON, log: bench().log });
    const count = countIn(store);
    expect(store.freshBecause).toBeUndefined();
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    // The commit that was under way may be there or not; no other can.
    expect(count).toBeLessThanOrEqual(acknowledged + 1);
    acknowledged = count;
    store.close();
  }
});

describe('a write torn at any byte', () => {
  test('of the log leaves the last whole commit before it', () => {
    const dir = quickDir();
    bytesAfter(dir, 1, 10);
    const { db, wal } = bytesAfter(dir, 11, 40);
    const frame = 4_096 + 24;
    const cuts = [0, 1, 16, 31, 32];
    for (let at = 32; at <= wal.length; at += frame) cuts.push(at - 1, at, at + 1, at + 24, at + 1_000);
    let before = 10;
    const seen = new Set<number>();
    for (const cut of cuts) {
      const { count, freshBecause, usable } = outcomeOf({ db, wal: wal.subarray(0, cut) });
      expect({ cut, freshBecause, usable }).toEqual({ cut, freshBecause: undefined, usable: true });
      expect(count).toBeGreaterThanOrEqual(before);
      before = count;
      seen.add(count);
    }
    expect([...seen]).toEqual(Array.from({ length: 31 }, (_, i) => i + 10));
  });

  test('of the log into the file (a checkpoint) leaves everything', () => {
    const dir = quickDir();
    bytesAfter(dir, 1, 10);
    const { db: before, wal } = bytesAfter(dir, 11, 40);
    const after = readFileSync(join(dir, 'state.db'));
    for (let cut = 0; cut <= after.length; cut += 1_024) {
      const db = Buffer.concat([after.subarray(0, cut), before.subarray(cut)]);
      expect({ cut, ...outcomeOf({ db, wal }) }).toEqual({
        cut,
        count: 40,
        freshBecause: undefined,
        usable: true,
      });
    }
  });

  test('of the file, with its log gone, is loaded whole or set aside', () => {
    const dir = quickDir();
    bytesAfter(dir, 1, 40);
    const db = readFileSync(join(dir, 'state.db'));
    const none = new Uint8Array();
    for (let cut = 0; cut < db.length; cut += 777) {
      const { count, freshBecause, usable } = outcomeOf({ db: db.subarray(0, cut), wal: none });
      expect({ cut, count, usable }).toEqual({ cut, count: 0, usable: true });
      expect(freshBecause).toMatch(/state\.db was (damaged \(.+\)|cut off after 0 bytes); it is kept as /);
    }
    expect(outcomeOf({ db, wal: none })).toEqual({ count: 40, freshBecause: undefined, usable: true });
  });
});

test('random bytes written over the file or its log never keep the daemon from starting and committing', () => {
  const dir = quickDir();
  bytesAfter(dir, 1, 10);
  const bytes = bytesAfter(dir, 11, 20);
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let round = 0; round < 150; round += 1) {
    const files = { db: Buffer.from(bytes.db), wal: Buffer.from(bytes.wal) };
    const target = random(2) === 0 ? files.db : files.wal;
    const start = random(target.length);
    for (let i = start; i < Math.min(target.length, start + 1 + random(64)); i += 1) target[i] = random(256);
    const hurt = join(quickDir(), 'state');
    mkdirSync(hurt);
    writeFileSync(join(hurt, 'state.db'), files.db);
    writeFileSync(join(hurt, 'state.db-wal'), files.wal);
    const store = openStore(hurt, { now: () => NOON, log: bench().log });
    store.load();
    expect(store.commit(nextChange(1_000 + round))).toBe(true);
    store.close();
  }
});

test('a copy taken with its log is a whole state: what a backup or a snapshot of the disk holds', () => {
  const dir = scratchDir();
  const copy = scratchDir();
  const store = openStore(dir, { now: () => NOON, log: bench().log });
  for (let count = 1; count <= 30; count += 1) store.commit(nextChange(count));
  for (const file of ['state.db', 'state.db-wal']) copyFileSync(join(dir, file), join(copy, file));
  store.close();
  const restored = openStore(copy, { now: () => NOON, log: bench().log });
  expect(countIn(restored)).toBe(30);
  restored.close();
});

test('the log does not grow without bound', () => {
  const dir = scratchDir();
  const store = openStore(dir, { now: () => NOON, log: bench().log });
  for (let count = 1; count <= 1_500; count += 1)
    store.commit({ core: { count, filler: 'x'.repeat(20_000) } });
  expect(statSync(join(dir, 'state.db-wal')).size).toBeLessThan(9 * 2 ** 20);
  expect(
    new DatabaseSync(join(dir, 'state.db')).prepare('PRAGMA page_count').get()?.['page_count'],
  ).toBeLessThan(100);
  store.close();
});
