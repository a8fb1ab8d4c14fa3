import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ensureStateDir } from './dir.ts';
import { faultOf } from './faults.ts';
import { namedDaemon, takeName } from './named-daemon.ts';

/** The right to be the one daemon of a state directory, until it is released or the process ends, however it ends. */
export interface Claim {
  /** Why the directory could not be claimed, so that a second daemon would not be kept out; undefined if it is. */
  readonly problem?: string;
  release(): Promise<void>;
}

/** Another daemon has the state directory. */
export class ClaimedError extends Error {
  override name = 'ClaimedError';
}

/**
 * Claims a state directory, created if need be. Rejects with `ClaimedError` if another daemon has it. The claim is a
 * lock on a file in the directory, which is its owner's alone: nobody else can take it, it holds across namespaces and
 * containers, and the kernel drops it with the process. A directory that cannot be written is claimed by a name in the
 * kernel instead. If that is not to be had either, it is no error, since nothing can be kept in the directory.
 */
export async function claim(dir: string): Promise<Claim> {
  const real = realPath(dir);
  await refuseNamed(real);
  try {
    return lock(real);
  } catch (error) {
    const { message } = faultOf(error);
    const server = await takeName(real);
    if (server !== undefined)
      return { release: () => new Promise((resolve) => void server.close(() => resolve())) };
    await refuseNamed(real);
    return { problem: message, release: () => Promise.resolve() };
  }
}

async function refuseNamed(dir: string): Promise<void> {
  const named = await namedDaemon(dir);
  if (named !== undefined) throw new ClaimedError(inUse(dir, String(named)));
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>();

// SQLite's result codes for a lock that another connection holds, and for a damaged file (sqlite.org/rescode.html).
const BUSY = 5;
const NOT_A_DATABASE = 26;

/** An exclusive transaction that is never committed: SQLite holds it by a lock that the kernel releases. */
function lock(dir: string): Claim {
  const path = join(dir, 'lock.db');
  createFor(path);
  let database: DatabaseSync;
  try {
    database = exclusively(path);
  } catch (error) {
    if (resultOf(error) === BUSY) throw new ClaimedError(inUse(dir, recordedPid(dir)));
    if (resultOf(error) !== NOT_A_DATABASE) throw error;
    // Nobody holds it, or it would not have been read. Emptied, and not replaced: who locks it meanwhile keeps the lock.
    truncateSync(path);
    return lock(dir);
  }
  held.add(database);
  recordPid(dir);
  return {
    release: () => {
      held.delete(database);
      database.close();
      return Promise.resolve();
    },
  };
}

function exclusively(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Creates the file for its owner alone. One that is there is not opened: closing it would drop a lock that this very
 * process has on it (fcntl(2)).
 */
function createFor(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Its content, a process id and the namespace in which that means something, is only believed while there is a lock. */
const HOLDER = 'lock.pid';

/** Best effort: on a full disk the lock holds without it. */
function recordPid(dir: string): void {
  try {
    writeFileSync(join(dir, HOLDER), `${process.pid} ${pidNamespace()}\n`, { mode: 0o600 });
  } catch (error) {
    faultOf(error);
  }
}

function recordedPid(dir: string): string | undefined {
  try {
    const recorded = /^(\d{1,10}) (.*)\n$/.exec(readFileSync(join(dir, HOLDER), 'latin1'));
    return recorded?.[2] === pidNamespace() ? recorded[1] : undefined;
  } catch {
    return undefined;
  }
}

/** What tells process ids of this namespace from those of another; empty where the system has none. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function inUse(dir: string, pid: string | undefined): string {
  return `${dir} is in use by another daemon${pid === undefined ? '' : ` (process ${pid})`}`;
}

function resultOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}

function realPath(dir: string): string {
  try {
    ensureStateDir(dir);
    return realpathSync(dir);
  } catch {
    return resolve(dir);
  }
}
