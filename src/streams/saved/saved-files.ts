import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reasonOf } from './saved-lines.ts';

/** A file to be replayed. */
export interface SavedFile {
  readonly path: string;
  /** It was named by itself, and not found in a folder. */
  readonly named: boolean;
}

/** Told of what is left out, and why. */
export type LeaveOut = (path: string, reason: string) => void;

/**
 * The files that these paths mean, in order of their paths, each once however it is named: a folder means every file
 * in it and in the folders within it, but for names that begin with a dot; `-` is standard input. Links are followed.
 */
export async function savedFiles(
  paths: readonly string[],
  leaveOut: LeaveOut,
): Promise<readonly SavedFile[]> {
  const walk: Walk = { found: [], folders: new Map(), leaveOut };
  for (const path of [...paths].sort()) await visit(path, true, walk);
  const files = new Map<string, SavedFile>();
  for (const { path, named, real } of walk.found.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const known = files.get(real);
    if (known !== undefined && resolve(known.path) !== resolve(path))
      leaveOut(path, `the same file as ${known.path}`);
    files.set(real, { path: known?.path ?? path, named: named || known?.named === true });
  }
  return [...files.values()];
}

interface Walk {
  readonly found: (SavedFile & { readonly real: string })[];
  /** By what they are called without links: as what they have been visited. */
  readonly folders: Map<string, string>;
  readonly leaveOut: LeaveOut;
}

async function visit(path: string, named: boolean, walk: Walk): Promise<void> {
  const { found, folders, leaveOut } = walk;
  if (path === '-') {
    found.push({ path, named, real: path });
    return;
  }
  try {
    const stats = await stat(path);
    const real = await realpath(path);
    if (!stats.isDirectory()) {
      if (named || stats.isFile()) found.push({ path, named, real });
      else leaveOut(path, 'neither a file nor a folder; name it by itself to have it read');
      return;
    }
    const before = folders.get(real);
    if (before !== undefined) {
      if (resolve(before) !== resolve(path)) leaveOut(path, `the same folder as ${before}`);
      return;
    }
    folders.set(real, path);
    for (const name of (await readdir(path)).sort())
      if (!name.startsWith('.')) await visit(join(path, name), false, walk);
  } catch (error) {
    leaveOut(path, reasonOf(error));
  }
}
