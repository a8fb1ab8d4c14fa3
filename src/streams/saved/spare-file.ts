import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A regular file that is read at places of one's own choice. It is open only lately: a folder may hold more than may be open. */
export interface SpareFile {
  /** Reads into the buffer from the file's `position` on; returns how many bytes. Throws if the file is another by now. */
  readAt(buffer: Uint8Array, length: number, position: number): number;
  close(): void;
}

/** So many are open at once, the ones that were read last; fewer where the process may not have so many. */
const OPEN = 256;

/** Open descriptors by the file they belong to, the one that has waited longest first. */
const open = new Map<SpareFile, number>();

/** A file that `fd` was opened for, which this takes charge of. */
export function spareFile(path: string, fd: number): SpareFile {
  const { dev, ino } = fstatSync(fd);
  const file: SpareFile = {
    readAt: (buffer, length, position) => readSync(descriptor(), buffer, 0, length, position),
    close: () => giveBack(file),
  };
  keep(file, fd);
  return file;

  function descriptor(): number {
    const known = open.get(file);
    if (known !== undefined) {
      open.delete(file);
      open.set(file, known);
      return known;
    }
    const again = openSparing(path);
    const now = fstatSync(again);
    if (now.dev !== dev || now.ino !== ino) {
      closeSync(again);
      throw new Error('it was replaced while it was read');
    }
    keep(file, again);
    return again;
  }
}

/** Opens a file for reading; where too many are open, another one is closed for it. */
export function openSparing(path: string): number {
  for (;;) {
    try {
      return openSync(path, 'r');
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EMFILE';
      const [longest] = open.keys();
      if (!isFull || longest === undefined) throw error;
      giveBack(longest);
    }
  }
}

function keep(file: SpareFile, fd: number): void {
  open.set(file, fd);
  const [longest] = open.keys();
  if (open.size > OPEN && longest !== undefined) giveBack(longest);
}

function giveBack(file: SpareFile): void {
  const fd = open.get(file);
  if (fd === undefined) return;
  open.delete(file);
  closeSync(fd);
}
