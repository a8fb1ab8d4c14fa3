import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ensureStateDir } from './dir.ts';
import { faultOf, Unusable } from './faults.ts';
import { emptyImage, type Image } from './image.ts';
import { migrate } from './schema.ts';
import { alreadyAside, setAside } from './set-aside.ts';
import { Tables } from './tables.ts';

/** The result of opening the database. Without `tables` it cannot be written, for the reason in `problem`. */
export interface Opened {
  readonly tables?: Tables;
  readonly problem?: string;
  readonly image: Image;
  /** Why what was saved before is not used, and where it was put. */
  readonly freshBecause?: string;
}

/** The name of the database in its directory. */
export const STATE_FILE = 'state.db';

/** How long another process' lock (a backup, a look into the file) is waited for, in milliseconds. */
const LOCK_WAIT = 250;

/** Beyond this many bytes the log is cut back after a checkpoint. */
const LOG_LIMIT = 8 * 1_024 * 1_024;

/**
 * Opens the database for writing, creating or migrating it as needed. One that is empty, damaged or too new is set
 * aside and a fresh one begun. One that cannot be written (read-only, full, no permission) is read through a copy.
 * The state of the file system never makes it throw.
 */
export function openDatabase(path: string, now: number): Opened {
  try {
    ensureStateDir(dirname(path));
    return openOrReplace(path, now);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== 'unwritable') throw error;
    return { ...readCopy(path, now), problem: `${path} cannot be written: ${fault.message}` };
  }
}

/** Sets the database aside for a reason the caller has found, and begins a fresh one. */
export function replaceDatabase(path: string, now: number, unusable: Unusable): Opened {
  try {
    const kept = setAside(path, unusable.kind, now);
    const freshBecause = `${path} was ${unusable.message}; it is kept as ${basename(kept)}`;
    return { ...openForWriting(path, now), freshBecause };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== 'unwritable') throw error;
    const freshBecause = `${path} was ${unusable.message}`;
    return { image: emptyImage(), freshBecause, problem: `${path} cannot be written: ${fault.message}` };
  }
}

function openOrReplace(path: string, now: number): Opened {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  const unusable = unusableBySize(path, size);
  if (unusable !== undefined) return replaceDatabase(path, now, unusable);
  try {
    const opened = openForWriting(path, now);
    const lost = size === undefined && alreadyAside(path).length > 0;
    return lost ? { ...opened, freshBecause: `${path} was missing` } : opened;
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== 'unwritable') return replaceDatabase(path, now, fault);
    // What an attempt on a full disk leaves behind would look like a database that lost its content.
    if (size === undefined) rmSync(path, { force: true });
    throw error;
  }
}

/** SQLite takes a file shorter than its smallest page for a new one, and deletes the log beside it. */
function unusableBySize(path: string, size: number | undefined): Unusable | undefined {
  if (size === undefined) {
    return existsSync(`${path}-wal`) ? new Unusable('damaged', 'missing beside its log') : undefined;
  }
  return size < 512 ? new Unusable('damaged', `cut off after ${size} bytes`) : undefined;
}

function openForWriting(path: string, now: number): Opened {
  // Created here and not by SQLite, for the mode: it holds log lines. Its log gets the same mode from SQLite.
  closeSync(openSync(path, 'a', 0o600));
  const tables = openTables(path, now);
  try {
    return { tables, image: tables.read() };
  } catch (error) {
    tables.close();
    throw error;
  }
}

function openTables(path: string, now: number): Tables {
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT });
  try {
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
    if (verdict !== 'ok') throw new Unusable('damaged', `damaged (${verdict.replace(/^\*\*\*.*\n/, '')})`);
    database.exec('PRAGMA synchronous = FULL');
    migrate(database, now);
    // Only after `migrate` has found the file to be ours or new: the journal mode would be set in a foreign one, too.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${LOG_LIMIT}`);
    return new Tables(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Calls `use` with the tables of a copy, in memory or /tmp, of a database and its log: for one that cannot be opened
 * in place. No other process may be writing it. Throws what the file system or SQLite throws.
 */
export function withCopy<T>(path: string, now: number, use: (tables: Tables) => T): T {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'quantum-realtime-'));
  try {
    const copy = join(dir, basename(path));
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const tables = openTables(copy, now);
    try {
      return use(tables);
    } finally {
      tables.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readCopy(path: string, now: number): Opened {
  try {
    return { image: withCopy(path, now, (tables) => tables.read()) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { image: emptyImage() };
    return { image: emptyImage(), freshBecause: `${path} cannot be read: ${faultOf(error).message}` };
  }
}
