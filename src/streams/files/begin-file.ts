import type { SchedulerLike } from 'rxjs';
import { compressionOf } from '../saved/byte-source.ts';
import { reasonOf } from '../saved/saved-lines.ts';
import { textStart } from '../saved/text-file.ts';
import { bytesAt, MARKED, markOf, type MarkedPlace, placeOf } from './file-mark.ts';
import type { FileSet } from './file-set.ts';
import { type FileStats, keyOf, type OpenFile } from './file-system.ts';
import { isNamedLike } from './find-rest.ts';
import type { FollowedFile } from './followed-file.ts';
import type { FoundPlace } from './left-places.ts';
import { lastLineStart } from './line-start.ts';

/** So long it is awaited whether a file that begins like another one is a copy of it, in milliseconds. */
const UNSURE = 3_000;

/** So many bytes tell text from other data. */
export const HEAD = 4_096;

/**
 * What is to become of a file that is not being read: it goes on from a place that was left, begins anew, or is not
 * read, for good (`refused`) or for now: a copy of a file that is being read, or what may turn out to be one.
 */
export type Beginning =
  | ({ readonly type: 'resume' } & FoundPlace)
  | { readonly type: 'begin'; readonly place: MarkedPlace }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'wait' };

/** Decides where reading files begins. */
export class FileBeginnings {
  readonly #set: FileSet;
  readonly #change: (file: FollowedFile) => void;
  readonly #clock: SchedulerLike;
  /** Copies of files that are being read, and their sizes, by device and inode. */
  readonly #copies = new Map<string, { readonly original: FollowedFile; readonly size: number }>();
  /** Since when it has been awaited what becomes of a file, by device and inode. */
  readonly #unsure = new Map<string, number>();

  /** `change` is told of a file that is no longer what was read. */
  constructor(set: FileSet, change: (file: FollowedFile) => void, clock: SchedulerLike) {
    this.#set = set;
    this.#change = change;
    this.#clock = clock;
  }

  /** Whether it is known that a file is a copy of another that is being read: its lines have been read. */
  isCopy(stats: FileStats): boolean {
    const copy = this.#copies.get(keyOf(stats));
    return copy?.size === stats.size && this.#set.files.get(keyOf(copy.original)) === copy.original;
  }

  /**
   * What is to become of an open file; with `isOld` it is from before the first look at the group. `log` is the name of
   * the log that it has been rotated from, if it has been.
   */
  async of(file: OpenFile, path: string, stats: FileStats, isOld: boolean, log?: string): Promise<Beginning> {
    const { left } = this.#set;
    const key = keyOf(stats);
    const head = (await bytesAt(file, 0, Math.min(HEAD, stats.size))) ?? Buffer.alloc(0);
    const reason = refusalOf(head);
    if (reason !== undefined) return { type: 'refused', reason };
    await this.checkAlike(path);
    const found = await left.findIn(file, path, stats, log);
    if (found !== undefined && found.place.mark.offset > 0) return { type: 'resume', ...found };
    const copy = this.#copies.get(key);
    this.#copies.delete(key);
    const original = await this.#originalOf(file, path, stats);
    if (original !== undefined && stats.size >= MARKED) {
      this.#copies.set(key, { original, size: stats.size });
      return { type: 'wait' };
    }
    const since = this.#unsure.get(key) ?? this.#clock.now();
    if (original !== undefined && Math.abs(this.#clock.now() - since) < UNSURE) {
      this.#unsure.set(key, since);
      return { type: 'wait' };
    }
    this.#unsure.delete(key);
    if (found !== undefined) return { type: 'resume', ...found };
    const cut = await lastLineStart(file, isOld ? stats.size : this.#read(copy));
    const place = await markOf(file, cut.offset);
    return place === undefined ? { type: 'wait' } : { type: 'begin', place: { ...place, cut } };
  }

  /** Finds out which of the files that are named alike are no longer what they were: this may be their copy. */
  async checkAlike(path: string): Promise<void> {
    for (const file of this.#alike(path)) if (!(await file.check())) this.#change(file);
  }

  /** Whether an unpacked file is a file that is being read, as it was: its lines need not be read again. */
  async isBeingRead(file: OpenFile, path: string, { mtimeMs }: FileStats): Promise<boolean> {
    for (const other of this.#alike(path)) {
      const position = other.position();
      if (position.offset === 0) continue;
      // A short beginning may be that of many; compressing keeps the time of the last change.
      if (position.offset < MARKED && (await other.writtenAt()) !== mtimeMs) continue;
      if ((await placeOf(file, position)) !== undefined) return true;
    }
    return false;
  }

  /** How much of a file was read in the one that it was a copy of, if that is not being read any more. */
  #read(copy: { readonly original: FollowedFile; readonly size: number } | undefined): number {
    if (copy === undefined) return 0;
    return this.#set.files.get(keyOf(copy.original)) === copy.original ? 0 : copy.size;
  }

  async #originalOf(file: OpenFile, path: string, { size }: FileStats): Promise<FollowedFile | undefined> {
    for (const other of this.#alike(path)) if (await other.agreesWith(file, size)) return other;
    return undefined;
  }

  #alike(path: string): readonly FollowedFile[] {
    return [...this.#set.files.values()].filter((file) => !file.isFinite && isNamedLike(path, file.path));
  }
}

/** Why a file with this beginning cannot be followed; undefined if it can, also if it begins with a hole. */
export function refusalOf(bytes: Buffer): string | undefined {
  const text = bytes.findIndex((byte) => byte !== 0);
  if (text < 0) return undefined;
  const head = bytes.subarray(text);
  const compression = compressionOf(head);
  if (compression !== undefined) return `compressed with ${compression}`;
  try {
    textStart(head);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
