import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fault, type Finding, ok, warning } from './finding.ts';
import { statOf } from './stat-of.ts';

/** Less free space than this is a warning, in bytes. */
const FREE_AT_LEAST = 100 * 1024 * 1024;

/** Whether this user can write into a folder, found out by writing; one that does not exist has to be creatable. */
export function checkFolder(check: string, folder: string, setting: string): Finding {
  const path = resolve(folder);
  if (!existsSync(path)) {
    const parent = existing(dirname(path));
    return mayWrite(parent)
      ? ok(check, `${path} will be created`)
      : fault(check, `${path} does not exist, and ${parent} does not let ${user()} create it`, create(path));
  }
  if (statOf(path)?.isDirectory() !== true)
    return fault(check, `${path} is not a folder`, `set ${setting} to a folder`);
  try {
    rmdirSync(mkdtempSync(join(path, '.quantum-realtime-doctor-')));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fault(check, `${user()} cannot write into ${path} (${why})`, remedy(why, path, setting));
  }
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free === 0) return fault(check, `the disk of ${path} is full: nothing more can be stored`, 'make room');
  return free < FREE_AT_LEAST
    ? warning(check, `only ${Math.floor(free / 1024 / 1024)} MB are free in ${path}`, 'make room')
    : ok(check, `${path} can be written`);
}

function remedy(code: string, path: string, setting: string): string {
  if (code === 'EROFS')
    return `the file system is read-only; under systemd the unit must name it: ReadWritePaths=${path} (install --report writes that)`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full: make room';
  return `sudo chown ${user()} ${path}, or set ${setting} to another folder`;
}

function create(path: string): string {
  return `sudo mkdir -p ${path} && sudo chown ${user()} ${path}`;
}

function existing(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existing(dirname(path));
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function user(): string {
  return userInfo().username;
}
