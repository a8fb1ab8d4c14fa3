import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { readHistory } from '../src/state/history.ts';
import { migrate, STEPS } from '../src/state/schema.ts';
import { openStore } from '../src/state/store.ts';
import { bench, isRoot, NOON, openFor, scratchDir, smallDisk, story } from './support/state.ts';

const HOUR = 3_600_000;

describe('the store', () => {
  test('has nothing to load at the very first start, and does not call that a fresh start', () => {
    const store = openFor(join(scratchDir(), 'not', 'there', 'yet'));
    expect(store.load()).toBeUndefined();
    expect(store.freshBecause).toBeUndefined();
    expect(store.bootSeq).toBe(1);
  });

  test('gives back every part as it was committed', () => {
    const dir = scratchDir();
    const first = openStore(dir, { now: () => NOON, log: bench().log });
    first.commit({
      positions: {
        put: new Map([['c1', { cursor: '2026-11-23T12:00:00.000000001Z', open: ['é\u0000😀'] }]]),
      },
      entries: { put: new Map([['c1/stdout', { depth: 2 }]]) },
      window: { put: new Map([[NOON, { errors: 3 }]]) },
      core: { incident: null },
    });
    first.close();

    const saved = openFor(dir, { now: NOON + HOUR }).load();
    expect(saved).toEqual({
      positions: new Map([['c1', { cursor: '2026-11-23T12:00:00.000000001Z', open: ['é\u0000😀'] }]]),
      entries: new Map([['c1/stdout', { depth: 2 }]]),
      window: new Map([[NOON, { errors: 3 }]]),
      core: { incident: null },
      savedAt: NOON,
    });
  });

  test('keeps what a change does not mention, replaces what it puts and forgets what it drops', () => {
    const dir = scratchDir();
    const first = openFor(dir);
    const rows = { a: 1, b: 1, c: 1 };
    first.commit({ positions: { put: new Map(Object.entries(rows)) }, window: { put: new Map([[1, 1]]) } });
    first.commit({ positions: { put: new Map([['b', 2]]), drop: ['c', 'never there'] }, core: 'x' });
    first.close();

    const saved = openFor(dir).load();
    expect(saved?.positions).toEqual(new Map(Object.entries({ a: 1, b: 2 })));
    expect(saved?.window).toEqual(new Map([[1, 1]]));
    expect(saved?.core).toBe('x');
  });

  test('drops whatever is not among all the rows there are, also what an earlier run has left', () => {
    const dir = scratchDir();
    const first = openFor(dir);
    first.commit({ positions: { put: new Map(Object.entries({ a: 1, b: 1, gone: 1 })) } });
    first.close();
    const second = openFor(dir);
    second.commit({ positions: { all: new Map(Object.entries({ a: 1, b: 2, c: 1 })) } });
    second.close();
    expect(openFor(dir).load()?.positions).toEqual(new Map(Object.entries({ a: 1, b: 2, c: 1 })));
  });

  test('writes what has changed and nothing else: a change that changes nothing is no commit', () => {
    const clock = bench();
    const dir = scratchDir();
    const store = openStore(dir, { now: () => clock.now, log: clock.log });
    const put = new Map(Array.from({ length: 500 }, (_, i) => [`c${i}`, { text: 'x'.repeat(1_000) }]));
    store.commit({ positions: { put } });
    const size = (): number => statSync(join(dir, 'state.db-wal')).size;
    const before = size();

    clock.now += 1_000;
    expect(store.commit({ positions: { put, drop: ['never there'] } })).toBe(true);
    expect([store.health().lastCommit, size()]).toEqual([NOON, before]);

    store.commit({ positions: { put: new Map(put).set('c7', { text: 'y' }) } });
    expect(store.health().lastCommit).toBe(NOON + 1_000);
    expect(size() - before).toBeLessThan(10 * 4_200);
    store.close();
  });

  test('with nothing to write it shows a sign of life every 30 seconds, and no more than that', () => {
    const clock = bench();
    const store = openStore(scratchDir(), { now: () => clock.now, log: clock.log });
    clock.now += 29_999;
    expect(store.commit({})).toBe(true);
    expect(store.health().lastCommit).toBe(NOON);
    clock.now += 1;
    expect(store.commit({})).toBe(true);
    expect(store.health()).toEqual({ writable: true, lastCommit: NOON + 30_000 });
    store.close();
  });

  test('counts the starts of the daemon and remembers those of the last 24 hours', () => {
    const dir = scratchDir();
    const at = [NOON - 25 * HOUR, NOON - 2 * HOUR, NOON - 1, NOON];
    const last = at.map((now) => {
      const store = openStore(dir, { now: () => now, log: bench().log });
      store.close();
      return store;
    });
    expect(last.at(-1)?.bootSeq).toBe(4);
    expect(last.at(-1)?.starts).toEqual([NOON - 2 * HOUR, NOON - 1, NOON]);
  });

  test('is readable by its owner alone', () => {
    const dir = join(scratchDir(), 'state');
    openFor(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const file of ['state.db', 'state.db-wal'])
      expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
  });

  test('begins afresh on request, and that stays so until the core has committed a state of its own', () => {
    const dir = scratchDir();
    const first = openFor(dir);
    first.commit({ core: { shape: 'unknown' }, positions: { put: new Map([['c', 1]]) } });
    first.discard('of a shape nobody knows');
    expect(first.load()).toBeUndefined();
    expect(first.freshBecause).toMatch(
      /state\.db was of a shape nobody knows; it is kept as state\.db\.damaged-/,
    );
    first.close();

    const second = openFor(dir);
    expect(second.freshBecause).toBe(first.freshBecause);
    second.commit({ core: { careful: true } });
    second.close();
    expect(openFor(dir).freshBecause).toBeUndefined();
  });
});

describe('past incidents', () => {
  test('are told newest first or one by one, as they last stood', () => {
    const store = openFor(scratchDir());
    const ids = ['i1', 'i2', 'i3'];
    const incidents = ids.map((id, i) => ({ id, openedAt: NOON + i, story: story(id) }));
    store.commit({ incidents });
    store.commit({
      incidents: [{ id: 'i1', openedAt: NOON, closedAt: NOON + HOUR, story: story('i1', NOON + 1) }],
    });
    expect(store.history({ limit: 2 }).map(({ id }) => id)).toEqual(['i3', 'i2']);
    const one = { id: 'i1', openedAt: NOON, closedAt: NOON + HOUR, story: story('i1', NOON + 1) };
    expect(store.history({ id: 'i1' })).toEqual([one]);
    expect(store.history({ id: 'i9' })).toEqual([]);
  });

  test.each([
    ['while the daemon runs', false],
    ['once it has ended', true],
  ])('can be read by others %s', (_, ended) => {
    const dir = scratchDir();
    expect(readHistory(dir, { limit: 9 }, NOON)).toEqual([]);
    const store = openFor(dir);
    const incident = { id: 'i1', openedAt: NOON, story: story('i1') };
    store.commit({ incidents: [incident] });
    if (ended) store.close();
    expect(readHistory(dir, { limit: 9 }, NOON)).toEqual([incident]);
    expect(readHistory(dir, { id: 'i1' }, NOON)).toEqual([incident]);
  });

  test.skipIf(!isRoot)('can be read by others where nothing can be written (root only)', () => {
    const dir = smallDisk('4m');
    const store = openFor(dir);
    const incident = { id: 'i1', openedAt: NOON, story: story('i1') };
    store.commit({ incidents: [incident] });
    store.close();
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    expect(readHistory(dir, { limit: 9 }, NOON)).toEqual([incident]);
  });

  test('are kept up to a thousand', () => {
    const store = openFor(scratchDir());
    const incidents = Array.from({ length: 1_005 }, (_, i) => ({
      id: `i${i}`,
      openedAt: NOON + i,
      story: story(`i${i}`),
    }));
    store.commit({ incidents });
    expect(store.history({ limit: 5_000 })).toHaveLength(1_000);
    expect(store.history({ id: 'i4' })).toEqual([]);
    expect(store.history({ id: 'i5' })).toHaveLength(1);
  });
});

describe('the schema', () => {
  test('a file made by the first step alone is brought to the newest version, with what it holds', () => {
    const dir = scratchDir();
    const v1 = new DatabaseSync(join(dir, 'state.db'));
    migrate(v1, NOON, STEPS.slice(0, 1));
    v1.exec(`INSERT INTO meta VALUES ('core', '{"kept":true}'), ('savedAt', '${NOON}')`);
    v1.close();
    const store = openFor(dir);
    expect(store.load()?.core).toEqual({ kept: true });
    expect(store.freshBecause).toBeUndefined();
  });

  test('later steps are applied once each, in order, and recorded', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, 1, ['CREATE TABLE t (a)']);
    migrate(database, 2, [
      'not run again',
      "ALTER TABLE t ADD COLUMN b DEFAULT 'b'",
      'INSERT INTO t (a) VALUES (1)',
    ]);
    migrate(database, 3, ['not run', 'not run', 'not run']);
    expect({ ...database.prepare('SELECT * FROM t').get() }).toEqual({ a: 1, b: 'b' });
    const versions = database.prepare('SELECT version, applied_at FROM schema').all();
    expect(versions.map(({ version, applied_at }) => [version, applied_at])).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
    ]);
  });

  test('a step that fails takes the ones before it back', () => {
    const database = new DatabaseSync(':memory:');
    expect(() => migrate(database, 1, ['CREATE TABLE t (a)', 'CREATE TABLE t (a)'])).toThrow(
      'already exists',
    );
    expect(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']).toBe(0);
  });
});
