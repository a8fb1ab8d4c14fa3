import { basename, dirname, join } from 'node:path';
import { compressionOf } from '../saved/byte-source.ts';
import { compressedFile } from './compressed-file.ts';
import { bytesAt, hashOf, MARKED, type MarkedPlace, placeOf } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import type { FileStats, FileSystem, OpenFile } from './file-system.ts';

/** So many files beside it are looked at for the rest of one, those changed last first. */
const LOOKED_AT = 20;

/** A file that holds what has been read of another, opened; without `place` it holds no more than that. */
export interface Rest {
  readonly file: OpenFile;
  readonly path: string;
  readonly stats: FileStats;
  readonly place: MarkedPlace | undefined;
}

/**
 * Looks for what became of a file: renamed, copied or compressed, in the same folder, under a name that begins like
 * its own. What cannot be read is passed over. `isTaken` tells files that are being read already.
 */
export async function findRest(
  position: FilePosition,
  isTaken: (stats: FileStats) => boolean,
  disk: FileSystem,
): Promise<Rest | undefined> {
  if (position.offset === 0) return undefined;
  for (const { path, stats } of await beside(position.path, disk)) {
    if (isTaken(stats)) continue;
    const rest = await attempt(() => restIn(path, stats, position, disk));
    if (rest !== undefined) return rest;
  }
  return undefined;
}

/** Whether a file may be another one rotated: `app.log.1`, `app.log-20251217.gz` and `app-20251217.log` of `app.log`. */
export function isNamedLike(path: string, other: string): boolean {
  return basename(path).startsWith(/^\.?[^.]*/.exec(basename(other))?.[0] ?? '');
}

async function beside(
  path: string,
  disk: FileSystem,
): Promise<readonly { readonly path: string; readonly stats: FileStats }[]> {
  const folder = dirname(path);
  const found: { readonly path: string; readonly stats: FileStats }[] = [];
  for (const name of (await attempt(async () => disk.list(folder))) ?? []) {
    if (!isNamedLike(name, path)) continue;
    const stats = await attempt(async () => disk.stat(join(folder, name)));
    if (stats?.isFile() === true) found.push({ path: join(folder, name), stats });
  }
  return found.sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs).slice(0, LOOKED_AT);
}

async function restIn(
  path: string,
  stats: FileStats,
  position: FilePosition,
  disk: FileSystem,
): Promise<Rest | undefined> {
  const plain = await disk.open(path);
  let file = plain;
  try {
    const head = (await bytesAt(plain, 0, Math.min(MARKED, stats.size))) ?? Buffer.alloc(0);
    if (compressionOf(head) !== undefined) {
      plain.close();
      file = await compressedFile(path, stats);
    }
    const place = await placeOf(file, position);
    if (place !== undefined) return { file, path, stats, place };
    if (position.offset >= MARKED && hashOf(head) === position.head) {
      file.close();
      return { file, path, stats, place };
    }
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}

async function attempt<T>(task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch {
    return undefined;
  }
}
