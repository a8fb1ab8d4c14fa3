import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';

/**
 * The process id of a daemon that runs on this state directory (its real path) and has taken its name in the kernel's
 * abstract namespace, which anybody may take: any of 0.1.0, and any that could not lock the directory. It is believed
 * only if a process of this very user, in this process namespace, holds that name; whatever else answers is ignored.
 */
export async function namedDaemon(dir: string): Promise<number | undefined> {
  const name = nameOf(dir);
  const inode = inodeOf(name);
  if (inode === undefined) return undefined;
  const pid = await answerOf(`\0${name}`);
  return pid !== undefined && isOurs(pid) && holds(pid, inode) ? pid : undefined;
}

/**
 * Takes the name of a state directory, and answers on it as `namedDaemon` expects, without keeping the process alive.
 * Undefined if somebody has it, or if the system has no such names.
 */
export function takeName(dir: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(`\0${nameOf(dir)}`, () => resolve(server));
    server.unref();
  });
}

function nameOf(dir: string): string {
  return `quantum-realtime:${createHash('sha256').update(dir).digest('hex').slice(0, 32)}`;
}

/** A daemon answers at once; a stranger is not waited for any longer (milliseconds). */
const PATIENCE = 1_000;

/** No process id has more digits. */
const LONGEST = 10;

/** The inode of the listening socket of a name, as /proc/net/unix has it: `@` stands for the NUL in front. */
function inodeOf(name: string): string | undefined {
  try {
    const row = readFileSync('/proc/net/unix', 'latin1')
      .split('\n')
      .find((line) => line.endsWith(` @${name}`));
    return row?.trim().split(/\s+/)[6];
  } catch {
    return undefined;
  }
}

function answerOf(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ path, signal: AbortSignal.timeout(PATIENCE) });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      answer += text.slice(0, LONGEST + 1);
      if (answer.length > LONGEST) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(/^\d{1,10}$/.test(answer) ? Number(answer) : undefined));
  });
}

function isOurs(pid: number): boolean {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.geteuid?.();
}

function holds(pid: number, inode: string): boolean {
  try {
    const open = `/proc/${pid}/fd`;
    return readdirSync(open).some((fd) => readlinkSync(`${open}/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}
