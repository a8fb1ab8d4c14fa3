import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../src/state/store.ts';
import { bench, isRoot, openFor, scratchDir, smallDisk } from './support/state.ts';
import { countIn, nextChange } from './support/state-ledger.ts';

const STORE = new URL('../src/state/store.ts', import.meta.url).href;
const LEDGER = new URL('support/state-ledger.ts', import.meta.url).href;

/** Leaves a state behind in which `count` lines have been counted. */
function leave(dir: string, count: number): string {
  const store = openFor(dir);
  for (let at = countIn(store) + 1; at <= count; at += 1) store.commit(nextChange(at));
  store.close();
  return join(dir, 'state.db');
}

/** Leaves a state behind whose last commits are in the log only, as a kill or a power cut does. */
function leaveWithLog(dir: string, count: number): void {
  const elsewhere = scratchDir();
  leave(elsewhere, count - 10);
  const store = openFor(elsewhere);
  for (let at = count - 9; at <= count; at += 1) store.commit(nextChange(at));
  mkdirSync(dir, { recursive: true });
  for (const file of ['state.db', 'state.db-wal']) copyFileSync(join(elsewhere, file), join(dir, file));
}

function asideIn(dir: string): readonly string[] {
  return readdirSync(dir).filter((name) => /^state\.db\..*Z$/.test(name));
}

function fill(dir: string): string {
  const filler = join(dir, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(64 * 2 ** 20));
  } catch {
    // That it does not fit is what was wanted.
  }
  expect(statfsSync(dir).bavail).toBe(0);
  return filler;
}

describe('a state file that cannot be used is set aside under its own name, and a fresh one begun', () => {
  test.each<[string, RegExp, (path: string) => void]>([
    [
      'garbage',
      /was damaged \(file is not a database\)/,
      (path) => writeFileSync(path, 'garbage '.repeat(999)),
    ],
    ['a few bytes', /was cut off after 1 bytes/, (path) => writeFileSync(path, 'x')],
    ['truncated', /was damaged \(.+\)/, (path) => truncateSync(path, 10_000)],
    ['of zero length', /was cut off after 0 bytes/, (path) => truncateSync(path, 0)],
    [
      'overwritten in the middle',
      /was damaged \(.+\)/,
      (path) => writeFileSync(path, readFileSync(path).fill(0xff, 8_192, 40_960)),
    ],
    [
      'written by a later release',
      /was written by a later release \(version 99, while this release knows version \d+\)/,
      (path) => new DatabaseSync(path).exec('INSERT INTO schema VALUES (99, 0)'),
    ],
    [
      'the database of another program',
      /was the database of another program/,
      (path) => {
        rmSync(path);
        new DatabaseSync(path).exec('CREATE TABLE meta (a)');
      },
    ],
    [
      'of rows that are no JSON',
      /was damaged \(CHECK constraint failed in positions\)/,
      (path) => {
        const text = readFileSync(path, 'latin1').replace('{"cursor":30,', '{"cursor";30,');
        writeFileSync(path, text, 'latin1');
      },
    ],
  ])('%s', (_, why, spoil) => {
    const dir = scratchDir();
    const path = leave(dir, 30);
    spoil(path);
    const spoilt = readFileSync(path);

    const { log, said } = bench();
    const store = openFor(dir, { log });
    const [aside] = asideIn(dir);
    expect(store.freshBecause).toMatch(why);
    expect(store.freshBecause).toBe(
      `${path} was ${/was (.*); it/s.exec(store.freshBecause ?? '')?.[1]}; it is kept as ${aside}`,
    );
    expect(said).toEqual([`warn: starting afresh: ${store.freshBecause}`]);
    expect(store.load()).toBeUndefined();
    expect(readFileSync(join(dir, String(aside)))).toEqual(spoilt);
    expect(store.commit(nextChange(1))).toBe(true);
    expect(store.health().writable).toBe(true);
    store.close();
    expect(countIn(openFor(dir))).toBe(1);
  });

  test('of those set aside the newest three are kept, each with its log', () => {
    const dir = scratchDir();
    for (let day = 1; day <= 5; day += 1) {
      writeFileSync(join(dir, 'state.db'), `garbage ${day}`);
      writeFileSync(join(dir, 'state.db-wal'), `log ${day}`);
      openStore(dir, { now: () => Date.UTC(2026, 0, day), log: bench().log }).close();
    }
    const kept = readdirSync(dir)
      .filter((name) => name !== 'state.db')
      .sort();
    expect(kept).toEqual(
      [3, 4, 5].flatMap((day) =>
        ['', '-wal'].map((part) => `state.db.damaged-2026-01-0${day}T00-00-00.000Z${part}`),
      ),
    );
    expect(readFileSync(join(dir, String(kept[0])), 'utf8')).toBe('garbage 3');
    expect(readFileSync(join(dir, String(kept[1])), 'utf8')).toBe('log 3');
  });

  test('a crash between setting aside and beginning afresh is still a fresh start to be careful with', () => {
    const dir = scratchDir();
    leave(dir, 3);
    execFileSync('mv', [join(dir, 'state.db'), join(dir, 'state.db.damaged-2026-01-01T00-00-00.000Z')]);
    expect(openFor(dir).freshBecause).toBe(`${join(dir, 'state.db')} was missing`);
  });
});

describe('while it runs', () => {
  test('a state file that is damaged is set aside and written anew, and nothing is lost', () => {
    const dir = scratchDir();
    const { log, said } = bench();
    const store = openFor(dir, { log });
    // More than SQLite keeps in memory, so that it must read what has been damaged.
    const rows = (mark: string) =>
      new Map(Array.from({ length: 500 }, (_, i) => [`c${i}`, mark.repeat(10_000)]));
    store.commit({ core: 1, positions: { put: rows('a') } });
    store.close();
    const again = openFor(dir, { log });
    writeFileSync(join(dir, 'state.db'), Buffer.alloc(4_000_000, 0x5a), { flag: 'r+' });
    expect(again.commit({ core: 2, positions: { put: rows('b') } })).toBe(true);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^error: the state cannot be written: .*(malformed|not a database)/);
    expect(said[1]).toMatch(/^info: the state is written again, nothing was lost/);
    expect(asideIn(dir)).toHaveLength(1);
    again.close();
    const last = openFor(dir);
    expect(last.load()).toMatchObject({ core: 2, positions: rows('b') });
    expect(last.freshBecause).toBeUndefined();
  });

  test('a state directory that is removed is made again, and nothing is lost', () => {
    const dir = join(scratchDir(), 'state');
    leave(dir, 30);
    const { log, said } = bench();
    const store = openFor(dir, { log });
    rmSync(dir, { recursive: true });
    expect(store.commit(nextChange(31))).toBe(true);
    expect(said[0]).toContain(`${join(dir, 'state.db')} was removed or replaced`);
    store.close();
    expect(countIn(openFor(dir))).toBe(31);
  });

  test('a lock held by another process is waited out in memory', () => {
    const dir = scratchDir();
    const path = leave(dir, 3);
    const clock = bench();
    const store = openStore(dir, { now: () => clock.now, log: clock.log });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(store.commit(nextChange(4))).toBe(false);
    expect(store.health().problem).toBe(`${path}: database is locked`);
    other.close();
    clock.now += 5_000;
    expect(store.commit(nextChange(5))).toBe(true);
    store.close();
    expect(countIn(openFor(dir))).toBe(5);
  });
});

describe.skipIf(!isRoot)('a full disk (root only)', () => {
  test('is said once, the watching goes on in memory, and all of it is written once there is room', () => {
    const dir = smallDisk('4m');
    const clock = bench();
    const store = openStore(dir, { now: () => clock.now, log: clock.log });
    for (let at = 1; at <= 20; at += 1) expect(store.commit(nextChange(at))).toBe(true);
    const filler = fill(dir);

    let at = 20;
    const committed: boolean[] = [];
    while (at < 120) {
      at += 1;
      clock.now += 1_000;
      committed.push(store.commit(nextChange(at)));
    }
    expect(committed.at(-1)).toBe(false);
    expect(store.health()).toMatchObject({
      writable: false,
      problem: expect.stringContaining('full') as string,
    });
    expect(clock.said).toHaveLength(1);
    expect(clock.said[0]).toMatch(
      /^error: the state cannot be written: .*state\.db: database or disk is full/,
    );

    rmSync(filler);
    clock.now += 5_000;
    expect(store.commit(nextChange(at + 1))).toBe(true);
    expect(store.health()).toEqual({ writable: true, lastCommit: clock.now });
    expect(clock.said[1]).toMatch(/^info: the state is written again, nothing was lost/);
    store.close();
    expect(countIn(openFor(dir))).toBe(at + 1);
  });

  test('a kill while it is full leaves the last commit that fitted, whole', () => {
    const dir = smallDisk('4m');
    const store = openFor(dir);
    for (let at = 1; at <= 20; at += 1) store.commit(nextChange(at));
    const filler = fill(dir);
    let fitted = 20;
    for (let at = 21; at <= 120; at += 1) if (store.commit(nextChange(at))) fitted = at;
    const copy = scratchDir();
    for (const file of ['state.db', 'state.db-wal']) {
      if (readdirSync(dir).includes(file)) copyFileSync(join(dir, file), join(copy, file));
    }
    rmSync(filler);
    expect(countIn(openFor(copy))).toBe(fitted);
    expect(fitted).toBeLessThan(120);
  });

  test('at the start: what is there is read, and the rest is as above', () => {
    const dir = smallDisk('4m');
    leaveWithLog(dir, 30);
    const filler = fill(dir);
    const clock = bench();
    const store = openStore(dir, { now: () => clock.now, log: clock.log });
    expect(countIn(store)).toBe(30);
    expect(store.freshBecause).toBeUndefined();
    const first = store.commit(nextChange(31));
    expect(first).toBe(store.health().writable);
    rmSync(filler);
    clock.now += 5_000;
    expect(store.commit(nextChange(32))).toBe(true);
    store.close();
    expect(countIn(openFor(dir))).toBe(32);
  });

  test('at the very first start: it runs, and leaves nothing that the next start would take for damage', () => {
    const dir = smallDisk('1m');
    const filler = fill(dir);
    const { log, said } = bench();
    const store = openFor(dir, { log });
    expect(store.health().writable).toBe(false);
    expect(said).toHaveLength(1);
    store.close();
    rmSync(filler);
    expect(openFor(dir).freshBecause).toBeUndefined();
  });
});

describe.skipIf(!isRoot)('a directory that cannot be written (root only)', () => {
  const readOnly = (dir: string, flag: 'ro' | 'rw'): Buffer =>
    execFileSync('mount', ['-o', `remount,${flag}`, dir]);

  test.each([
    ['closed in good order', leave],
    ['killed', leaveWithLog],
  ])(
    'read-only, left by a daemon %s: the state is read, its log too, and written once that is possible',
    (_, prepare) => {
      const dir = smallDisk('4m');
      prepare(dir, 30);
      readOnly(dir, 'ro');
      const clock = bench();
      const store = openStore(dir, { now: () => clock.now, log: clock.log });
      expect(countIn(store)).toBe(30);
      expect(store.freshBecause).toBeUndefined();
      expect(store.health()).toMatchObject({ writable: false, lastCommit: 0 });
      for (let at = 31; at <= 50; at += 1) {
        clock.now += 1_000;
        expect(store.commit(nextChange(at))).toBe(false);
      }
      expect(clock.said).toHaveLength(1);
      expect(clock.said[0]).toMatch(/state\.db cannot be written: .*read-only file system/);

      readOnly(dir, 'rw');
      clock.now += 5_000;
      expect(store.commit(nextChange(51))).toBe(true);
      store.close();
      expect(countIn(openFor(dir))).toBe(51);
    },
  );

  test('read-only with a damaged file: it starts afresh in memory and says both', () => {
    const dir = smallDisk('1m');
    writeFileSync(join(dir, 'state.db'), 'garbage '.repeat(999));
    readOnly(dir, 'ro');
    const { log, said } = bench();
    const store = openFor(dir, { log });
    expect(store.freshBecause).toMatch(/state\.db cannot be read: damaged \(file is not a database\)/);
    expect(store.health().writable).toBe(false);
    expect(said).toHaveLength(2);
  });

  test('permission denied: it starts afresh in memory, and names the file', async () => {
    const dir = join(scratchDir(), 'state');
    leave(dir, 30);
    chmodSync(dirname(dir), 0o755);
    const script = `
      import { openStore } from ${JSON.stringify(STORE)};
      import { nextChange } from ${JSON.stringify(LEDGER)};
      const said = [];
      const say = (_, message) => said.push(message);
      const store = openStore(process.argv[1], { now: () => 1, log: { info: say, warn: say, error: say } });
      const committed = store.commit(nextChange(1));
      console.log(JSON.stringify({ said, committed, fresh: store.freshBecause, health: store.health() }));`;
    const args = ['--input-type=module', '-e', script, dir];
    const { stdout } = await promisify(execFile)(process.execPath, args, { uid: 65_534, gid: 65_534 });
    const told = JSON.parse(stdout) as {
      said: string[];
      committed: boolean;
      fresh: string;
      health: Store['health'];
    };
    const path = join(dir, 'state.db');
    expect(told.committed).toBe(false);
    expect(told.fresh).toMatch(new RegExp(`^${path} cannot be read: EACCES: permission denied`));
    expect(told.health).toMatchObject({ writable: false });
    expect(told.said).toHaveLength(2);
    expect(countIn(openFor(dir))).toBe(30);
  });
});
