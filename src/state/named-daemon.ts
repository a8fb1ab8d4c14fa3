import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * The process id of a 0.1.0 daemon that runs on this state directory (its real path), if one does: it claimed a name
 * in the kernel's abstract namespace, which anybody may take. It is believed only if a process of this very user, in
 * this process namespace, holds that name; whatever else answers there is ignored.
 */
export async function namedDaemon(dir: string): Promise<number | undefined> {
  const name = `quantum-realtime:${createHash('sha256').update(dir).digest('hex').slice(0, 32)}`;
  const inode = inodeOf(name);
  if (inode === undefined) return undefined;
  const pid = await answerOf(`\0${name}`);
  return pid !== undefined && isOurs(pid) && holds(pid, inode) ? pid : undefined;
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
