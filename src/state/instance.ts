import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { ensureStateDir } from './dir.ts';
import { faultOf } from './faults.ts';

/** The right to be the one daemon of a state directory, until it is released or the process ends, however it ends. */
export interface Claim {
  release(): Promise<void>;
}

/** Another daemon has the state directory. */
export class ClaimedError extends Error {
  override name = 'ClaimedError';
}

/**
 * Claims a state directory, created if need be. Rejects with `ClaimedError` if another daemon has it. The claim is a
 * name in the kernel (Linux) or a lock on a file (elsewhere): both go with the process, so that none is ever stale.
 * The name holds within one network namespace, also for a directory that cannot be written.
 */
export async function claim(dir: string, platform: NodeJS.Platform = process.platform): Promise<Claim> {
  const real = realPath(dir);
  return platform === 'linux' ? claimName(real) : claimFile(real);
}

async function claimName(dir: string): Promise<Claim> {
  const name = `\0quantum-realtime:${createHash('sha256').update(dir).digest('hex').slice(0, 32)}`;
  const server = createServer((socket) =>
    socket.on('error', () => socket.destroy()).end(String(process.pid)),
  );
  try {
    server.listen(name);
    await once(server, 'listening');
  } catch (error) {
    throw isInUse(error) ? new ClaimedError(await inUse(dir, name)) : error;
  }
  server.unref();
  return {
    release: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>();

/** An exclusive transaction that is never committed: SQLite holds it by a lock that the kernel releases. */
function claimFile(dir: string): Claim {
  const database = new DatabaseSync(join(dir, 'lock.db'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw faultOf(error).message.includes('locked')
      ? new ClaimedError(`${dir} is in use by another daemon`)
      : error;
  }
  held.add(database);
  return {
    release: () => {
      held.delete(database);
      database.close();
      return Promise.resolve();
    },
  };
}

/** The refusal, with the process id of the daemon that holds the claim if it answers within a second. */
async function inUse(dir: string, name: string): Promise<string> {
  try {
    const pid = await text(connect({ path: name, signal: AbortSignal.timeout(1_000) }));
    return `${dir} is in use by another daemon (process ${pid})`;
  } catch {
    return `${dir} is in use by another daemon`;
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function realPath(dir: string): string {
  try {
    ensureStateDir(dir);
    return realpathSync(dir);
  } catch {
    return resolve(dir);
  }
}
