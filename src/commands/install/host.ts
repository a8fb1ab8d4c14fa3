import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';

/** The host as far as an installation depends on it; a test gives its own. */
export interface Host {
  readonly isRoot: boolean;
  readonly hasSystemd: boolean;
  readonly hasUser: (user: string) => boolean;
  readonly kindOf: (path: string) => 'file' | 'folder' | 'other' | undefined;
  /** `test -r`, `-w` or `-x` as that user. */
  readonly may: (user: string, right: 'r' | 'w' | 'x', path: string) => boolean;
  /** The group that a socket belongs to, or that is called so. */
  readonly groupOf: (socket: string) => string | undefined;
  readonly hasGroup: (group: string) => boolean;
  /** Undefined if there is no such file; empty if this user may not read it. */
  readonly read: (path: string) => string | undefined;
}

/** The host this runs on. */
export function thisHost(): Host {
  return {
    isRoot: process.getuid?.() === 0,
    hasSystemd: existsSync('/run/systemd/system'),
    hasUser: (user) => succeeds('id', '-u', user),
    kindOf,
    may: (user, right, path) => succeeds('runuser', '-u', user, '--', 'test', `-${right}`, path),
    groupOf: (socket) => {
      const gid = statSync(socket, { throwIfNoEntry: false })?.gid;
      return gid === undefined || gid === 0 ? undefined : nameOf(gid);
    },
    hasGroup: (group) => succeeds('getent', 'group', group),
    read: (path) => (existsSync(path) ? readable(path) : undefined),
  };
}

function kindOf(path: string): 'file' | 'folder' | 'other' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function nameOf(gid: number): string {
  const { stdout } = spawnSync('getent', ['group', String(gid)], { encoding: 'utf8' });
  return stdout.split(':')[0] ?? String(gid);
}

function succeeds(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
