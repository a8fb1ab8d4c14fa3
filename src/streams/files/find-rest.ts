import { basename, dirname, join } from 'node:path';
import { compressionOf } from '../saved/byte-source.ts';
import { compressedFile } from './compressed-file.ts';
import { bytesAt, type MarkedPlace, placeOf } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import { type FileStats, type FileSystem, keyOf, type OpenFile } from './file-system.ts';
import type { FoundFile } from './find-files.ts';

/** So many files beside it are looked at for the rest of one, those changed last first. */
const LOOKED_AT = 20;

/** A file that holds what has been read of another, opened. */
export interface Rest {
  readonly file: OpenFile;
  readonly path: string;
  readonly stats: FileStats;
  readonly place: MarkedPlace;
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
  const beside = await neighbours(position.path, isNamedLike, disk);
  for (const { path, stats } of beside.reverse().slice(0, LOOKED_AT)) {
    if (isTaken(stats)) continue;
    const rest = await attempt(() => restIn(path, stats, position, disk));
    if (rest !== undefined) return rest;
  }
  return undefined;
}

/** A file by its number, under whatever name that begins like its own. */
export async function findRenamed(position: FilePosition, disk: FileSystem): Promise<FoundFile | undefined> {
  const beside = await neighbours(position.path, isNamedLike, disk);
  return beside.find(({ stats }) => keyOf(stats) === keyOf(position));
}

/**
 * The files that a log has been rotated to since a moment (epoch milliseconds), oldest first, by their names: with two
 * rotations between two looks, one of them has never been read under the log's own name.
 */
export async function rotatedSince(
  path: string,
  since: number,
  disk: FileSystem,
): Promise<readonly FoundFile[]> {
  return (await neighbours(path, isRotationOf, disk)).filter(({ stats }) => stats.mtimeMs > since);
}

/** Opens a file, unpacked if it is compressed. Throws for what cannot be opened or unpacked. */
export async function openUnpacked({ path, stats }: FoundFile, disk: FileSystem): Promise<OpenFile> {
  const file = await disk.open(path);
  try {
    const head = (await bytesAt(file, 0, Math.min(4, stats.size))) ?? Buffer.alloc(0);
    if (compressionOf(head) === undefined) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return compressedFile(path, stats);
}

/** Whether a name begins like that of a file: what it may have been renamed or copied to. */
export function isNamedLike(path: string, other: string): boolean {
  return basename(path).startsWith(/^\.?[^.]*/.exec(basename(other))?.[0] ?? '');
}

/** Whether a name says that it is compressed with what can be unpacked. */
export function isCompressed(path: string): boolean {
  return COMPRESSED.test(path);
}

/** Whether a name is one that a log is rotated to: of `app.log`, `app.log.1`, `app.log-20251217.gz`, `app-20251217.log`. */
export function isRotationOf(path: string, log: string): boolean {
  const plain = basename(path).replace(COMPRESSED, '');
  if (plain === basename(log)) return plain !== basename(path);
  const [name, ending] = splitEnding(basename(log));
  const numbered = plain.startsWith(`${name}${ending}`) ? plain.slice(name.length + ending.length) : '';
  if (NUMBER.test(numbered)) return true;
  return (
    plain.startsWith(name) &&
    plain.endsWith(ending) &&
    NUMBER.test(plain.slice(name.length, plain.length - ending.length))
  );
}

const COMPRESSED = /\.(?:gz|zst)$/;

/** Whether a path is that of a log, or one that it is rotated to. */
export function isOfLog(path: string, log: string): boolean {
  return path === log || (dirname(path) === dirname(log) && isRotationOf(path, log));
}

/** A number, a date or a moment, as rotation puts it behind a name. */
const NUMBER = /^[._-]\d[\dTZ:._-]*$/;

/** Whether a name is that of a log itself, and not one that it is rotated to. */
export function isLogName(path: string): boolean {
  const [name, ending] = splitEnding(basename(path).replace(COMPRESSED, ''));
  return !/[._-]\d[\dTZ:._-]*$/.test(name) && !NUMBER.test(ending);
}

function splitEnding(name: string): readonly [name: string, ending: string] {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
}

/** Oldest first. */
async function neighbours(
  path: string,
  isWanted: (name: string, path: string) => boolean,
  disk: FileSystem,
): Promise<FoundFile[]> {
  const folder = dirname(path);
  const found: FoundFile[] = [];
  for (const name of (await attempt(async () => disk.list(folder))) ?? []) {
    if (!isWanted(name, path)) continue;
    const stats = await attempt(async () => disk.stat(join(folder, name)));
    if (stats?.isFile() === true) found.push({ path: join(folder, name), stats });
  }
  return found.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs);
}

async function restIn(
  path: string,
  stats: FileStats,
  position: FilePosition,
  disk: FileSystem,
): Promise<Rest | undefined> {
  const file = await openUnpacked({ path, stats }, disk);
  try {
    const place = await placeOf(file, position);
    if (place !== undefined) return { file, path, stats, place };
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
