import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { lstat, open, readdir, realpath, stat, statfs } from 'node:fs/promises';

/** What there is to know of an open file. */
export type FileStats = Pick<Stats, 'dev' | 'ino' | 'nlink' | 'size' | 'mtimeMs'>;

type Awaitable<T> = T | Promise<T>;

/** The few things that are asked of a file system. All but `close` throw or reject with the system's error. */
export interface FileSystem {
  /** Follows links. */
  stat(path: string): Awaitable<Stats>;
  /** Whether the name itself is a link. */
  isLink(path: string): Awaitable<boolean>;
  /** The path without links. */
  realpath(path: string): Awaitable<string>;
  /** The names in a folder. */
  list(folder: string): Awaitable<readonly string[]>;
  open(path: string): Awaitable<OpenFile>;
}

/** A file that stays readable whatever becomes of its name. */
export interface OpenFile {
  /** It does not grow, and is done with at its end. */
  readonly isFinite?: true;
  stat(): Awaitable<FileStats>;
  /** Fills the beginning of `buffer` with up to `length` bytes from `position` on; returns how many there were. */
  read(buffer: Buffer, length: number, position: number): Awaitable<number>;
  close(): void;
}

/** Without `O_NONBLOCK`, opening what has become a pipe in the meantime would wait for its writer for ever. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * A local disk answers at once, and asking it from the thread pool would cost ten times as much; a server that is away
 * may never answer, and must not hold up everything else.
 */
export const localDisk: FileSystem = {
  stat: (path) => statSync(path),
  isLink: (path) => lstatSync(path).isSymbolicLink(),
  realpath: (path) => realpathSync.native(path),
  list: (folder) => readdirSync(folder),
  open: (path) => {
    const fd = openSync(path, READ_ONLY);
    return {
      stat: () => fstatSync(fd),
      read: (buffer, length, position) => readSync(fd, buffer, 0, length, position),
      close: () => closeSync(fd),
    };
  },
};

/** The same for what lies on another machine, or is served by a program. */
export const remoteDisk: FileSystem = {
  stat: (path) => stat(path),
  isLink: async (path) => (await lstat(path)).isSymbolicLink(),
  realpath: (path) => realpath(path),
  list: (folder) => readdir(folder),
  open: async (path) => {
    const handle = await open(path, READ_ONLY);
    return {
      stat: () => handle.stat(),
      read: async (buffer, length, position) => (await handle.read(buffer, 0, length, position)).bytesRead,
      close: () => void handle.close(),
    };
  },
};

/** NFS, SMB (three), Ceph, AFS, 9P, FUSE, CODA, Lustre, GPFS, OCFS2. Source: statfs(2) and linux/magic.h. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x00c36400, 0x5346414f, 0x01021997, 0x65735546, 0x73757245,
  0x0bd00bd0, 0x47504653, 0x7461636f,
]);

/** How a folder is to be asked; by the nearest folder above it that is there. */
export async function fileSystemOf(folder: string): Promise<FileSystem> {
  for (let path = folder; ; path = path.slice(0, path.lastIndexOf('/')) || '/') {
    const found = await statfs(path).catch(() => undefined);
    if (found !== undefined) return REMOTE.has(found.type >>> 0) ? remoteDisk : localDisk;
    if (path === '/') return localDisk;
  }
}

/** A file by device and inode: what it is whatever it is called. */
export function keyOf({ dev, ino }: Pick<FileStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** Whether an error says that there is nothing of that name. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
