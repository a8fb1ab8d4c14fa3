import { closeSync, constants, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** How large a file may grow, in bytes (0: without bound), and how many old ones are kept beside it. */
export interface Rotation {
  readonly maxSize: number;
  readonly keep: number;
}

/** Where records go. */
export interface RotatingFile {
  write(record: string): void;
}

/** After a failed write the next attempt is made at the first record after this long, in milliseconds. */
const RETRY = 5_000;

/**
 * A file that records are appended to, rotated by size: `x.log` becomes `x.log.1`, that one `x.log.2`, and the oldest
 * goes. Written at once, so that a crash loses nothing that was said before it; the libraries for this write later, or
 * in a thread of their own. Never throws: records are left out while the file cannot be written, and `onProblem` is
 * told once when that begins. A file that somebody else has moved away is begun anew.
 */
export function rotatingFile(
  path: string,
  { maxSize, keep }: Rotation,
  onProblem: (problem: string) => void,
  now: () => number = Date.now,
): RotatingFile {
  let file: { readonly fd: number; readonly inode: number; size: number } | undefined;
  let failedAt: number | undefined;

  return {
    write(record) {
      if (failedAt !== undefined && now() - failedAt < RETRY) return;
      try {
        append(record);
        failedAt = undefined;
      } catch (error) {
        close();
        const first = failedAt === undefined;
        failedAt = now();
        if (first) onProblem(error instanceof Error ? error.message : String(error));
      }
    },
  };

  function append(record: string): void {
    if (file !== undefined && statSync(path, { throwIfNoEntry: false })?.ino !== file.inode) close();
    const bytes = Buffer.from(record);
    file ??= open();
    if (maxSize > 0 && file.size > 0 && file.size + bytes.length > maxSize) {
      rotate();
      file = open();
    }
    writeSync(file.fd, bytes);
    file.size += bytes.length;
  }

  function open(): { readonly fd: number; readonly inode: number; size: number } {
    makeFolder(dirname(path));
    // A pipe that nobody reads would hold up the whole process: with O_NONBLOCK it is an error.
    const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
    const { ino, size } = fstatSync(fd);
    return { fd, inode: ino, size };
  }

  function rotate(): void {
    close();
    for (let n = keep; n >= 1; n--) {
      const from = n === 1 ? path : `${path}.${n - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${n}`);
    }
  }

  function close(): void {
    if (file !== undefined) closeSync(file.fd);
    file = undefined;
  }
}
