import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A database is up to three files; the log must keep the name of the file it belongs to. */
const PARTS = ['', '-wal', '-shm'];

/** How many databases that were set aside are kept. */
const KEPT = 3;

/**
 * Renames a database that cannot be used to `<file>.<kind>-<UTC time>`, with its log beside it, and returns the new
 * path. Only the newest three so named are kept. Throws the file system's error if it cannot be renamed.
 */
export function setAside(path: string, kind: string, now: number): string {
  const target = `${path}.${kind}-${new Date(now).toISOString().replaceAll(':', '-')}`;
  // The main file first: a log left alone is discarded, a file left without its log would look older than it is.
  for (const part of PARTS) renameIfThere(path + part, target + part);
  for (const old of alreadyAside(path).slice(0, -KEPT)) {
    for (const part of PARTS) rmSync(old + part, { force: true });
  }
  return target;
}

/** The databases that were set aside, oldest first. */
export function alreadyAside(path: string): readonly string[] {
  const time = /^\.[a-z-]+-(\d{4}-\d\d-\d\dT[\d.-]+Z)$/;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => ({ name, time: time.exec(name.slice(basename(path).length))?.[1] ?? '' }))
    .filter((aside) => aside.time !== '')
    .sort((a, b) => (a.time < b.time ? -1 : 1))
    .map((aside) => join(dirname(path), aside.name));
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
