import { identityOf, type Origin } from '../../model.ts';
import { BEGINNING, type MarkedPlace } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import { type FileStats, keyOf, type OpenFile } from './file-system.ts';
import { isOfLog } from './find-rest.ts';
import { type FileParts, followedFile, type FollowedFile } from './followed-file.ts';
import { type FoundPlace, type LeftPlace, LeftPlaces } from './left-places.ts';

/** The id of the source, and of what all its containers' identities begin with. */
export const FILES = 'files';

/** File systems tell times in steps of up to so many milliseconds: what is as new as the unread may look so much older. */
const GRAIN = 10;

/** Where reading a file begins. */
export interface Start {
  /** Its name as a log, whatever it has been rotated to. */
  readonly path: string;
  readonly stats: FileStats;
  /** When the log was last written to, as far as it was read in the file that this has taken the place of. */
  readonly after?: number | undefined;
}

/** The files of one group that are being read, and the places of those that are not: together, where reading is. */
export class FileSet {
  readonly container: string;
  readonly left: LeftPlaces;
  readonly #files = new Map<string, FollowedFile>();
  readonly #parts: FileParts;
  readonly #group: string;
  /** When files that are no longer followed were last written to, by their paths. */
  readonly #written = new Map<string, number>();
  /** Lines of files that are no longer followed. */
  #ended = 0;

  constructor(
    parts: FileParts,
    group: string,
    saved: Iterable<readonly [id: string, position: FilePosition]>,
  ) {
    this.#parts = parts;
    this.#group = group;
    this.container = identityOf(FILES, group);
    this.left = new LeftPlaces(saved);
  }

  /** By device and inode. */
  get files(): ReadonlyMap<string, FollowedFile> {
    return this.#files;
  }

  /** How many lines have been emitted. */
  get lines(): number {
    return [...this.#files.values()].reduce((sum, file) => sum + file.lines, this.#ended);
  }

  /** Whether a file is one of these, by device and inode. */
  has(key: string): boolean {
    return this.#files.has(key) || this.left.has(key);
  }

  *positions(): Iterable<readonly [id: string, position: FilePosition]> {
    for (const left of this.left.all()) yield [left.id, positionIn(left)];
    for (const file of this.#files.values()) yield [file.origin.id, file.position()];
  }

  /** When a log was last written to, under any name, as far as it has been read; undefined if it has not been. */
  lastWritten(log: string): number | undefined {
    const times = [...this.positions()].flatMap(([, { path, mtime }]) => (isOfLog(path, log) ? [mtime] : []));
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Begins to read an open file that has not been read before. `seen` is a moment before anything of it was written. */
  begin(file: OpenFile, start: Start, place: MarkedPlace, seen: number): void {
    const position = this.#positionOf(start, place, seen);
    this.#follow(this.#freshId(keyOf(start.stats)), file, position, place, start.stats.size);
  }

  /** Reads on from a place that was left. */
  resume(file: OpenFile, { path, stats, after }: Start, { left, place }: FoundPlace): void {
    const { dev, ino, size } = stats;
    const { position } = left;
    this.left.delete(left);
    const begun = position.offset === 0 && after !== undefined ? { after } : {};
    this.#follow(left.id, file, { ...position, ...begun, path, dev, ino }, place, size);
  }

  /** Keeps a place for a file that is empty: all that comes is to be read, whatever it is called by then. */
  awaitContent(start: Start, seen: number): void {
    const key = keyOf(start.stats);
    if (this.left.emptyPlace(key) !== undefined) return;
    this.left.add(this.#freshId(key), this.#positionOf(start, BEGINNING, seen));
  }

  /** When a file that was empty, and is, was that before, if it has been written to since: somebody has taken it away. */
  emptiedSince(stats: FileStats): number | undefined {
    const place = this.left.emptyPlace(keyOf(stats));
    return place !== undefined && place.position.mtime < stats.mtimeMs - GRAIN
      ? place.position.mtime
      : undefined;
  }

  noteEmptied(path: string, stats: FileStats): void {
    this.left.noteWritten(path, stats.mtimeMs - GRAIN);
  }

  /** Reads a file no further; `changed`: it is no longer what was read. */
  drop(file: FollowedFile, changed: boolean): void {
    this.left.add(file.origin.id, file.position(), file, changed);
    this.#forget(file);
  }

  /** There will be no more of a file. */
  finish(file: FollowedFile): void {
    file.end();
    this.#forget(file);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }

  #follow(id: string, file: OpenFile, position: FilePosition, place: MarkedPlace, size: number): void {
    const origin: Origin = { id, source: FILES, container: this.container, stream: 'stdout', labels: {} };
    this.#files.set(keyOf(position), followedFile(this.#parts, position, origin, file, place, size));
  }

  #forget(file: FollowedFile): void {
    const { path, mtime } = file.position();
    this.left.noteWritten(path, mtime);
    this.#written.set(path, Math.max(mtime, this.#written.get(path) ?? 0));
    this.#ended += file.lines;
    this.#files.delete(keyOf(file));
    file.close();
  }

  #positionOf({ path, stats, after }: Start, place: MarkedPlace, seen: number): FilePosition {
    const { dev, ino, mtimeMs } = stats;
    const before = [...this.#written].map(([log, last]) => (isOfLog(log, path) ? last : 0));
    const isUnread = place.mark.offset === 0;
    const mtime = isUnread ? Math.max(mtimeMs - GRAIN, ...before) : mtimeMs;
    const rest = isUnread && after !== undefined ? { after } : {};
    return { group: this.#group, path, dev, ino, seen, mtime, ...rest, ...place.mark, ...place.cut };
  }

  /** A file with the number of one that is gone, or with other content than before, is another origin. */
  #freshId(key: string): string {
    const used = new Set([...this.positions()].map(([id]) => id));
    const plain = `${this.container}:${key}`;
    let id = plain;
    for (let n = 2; used.has(id); n++) id = `${plain}:${n}`;
    return id;
  }
}

/** A line without an end may be emitted from memory; what is known of the log beyond the file is the place's own. */
function positionIn({ position, file }: LeftPlace): FilePosition {
  if (file === undefined) return position;
  const { mtime, after } = position;
  return { ...file.position(), mtime, after };
}
