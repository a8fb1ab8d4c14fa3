import { identityOf, type Origin } from '../../model.ts';
import type { MarkedPlace } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import { type FileStats, keyOf, type OpenFile } from './file-system.ts';
import { isOfLog } from './find-rest.ts';
import { type FileParts, followedFile, type FollowedFile } from './followed-file.ts';
import { type LeftPlace, LeftPlaces } from './left-places.ts';

/** The id of the source, and of what all its containers' identities begin with. */
export const FILES = 'files';

/** File systems tell times in steps of up to so many milliseconds: what is as new as the unread may look so much older. */
const GRAIN = 10;

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
    for (const { id, position, file } of this.left.all()) yield [id, file?.position() ?? position];
    for (const file of this.#files.values()) yield [file.origin.id, file.position()];
  }

  /** When a log was last written to, under any name, as far as it has been read; undefined if it has not been. */
  lastWritten(log: string): number | undefined {
    const times = [...this.positions()].flatMap(([, { path, mtime }]) => (isOfLog(path, log) ? [mtime] : []));
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Begins to read an open file that has not been read before. `seen` is a moment before anything of it was written. */
  begin(file: OpenFile, path: string, stats: FileStats, place: MarkedPlace, seen: number): void {
    this.#follow(
      this.#freshId(keyOf(stats)),
      file,
      this.#positionOf(path, stats, seen, place),
      place,
      stats.size,
    );
  }

  /** Reads on from a place that was left. */
  resume(file: OpenFile, path: string, stats: FileStats, from: LeftPlace, place: MarkedPlace): void {
    const { dev, ino, size } = stats;
    this.left.delete(from);
    this.#follow(from.id, file, { ...from.position, path, dev, ino }, place, size);
  }

  /** Keeps a place for a file that is empty: all that comes is to be read, whatever it is called by then. */
  awaitContent(path: string, stats: FileStats, place: MarkedPlace, seen: number): void {
    const key = keyOf(stats);
    if (!this.left.hasEmpty(key))
      this.left.add(this.#freshId(key), this.#positionOf(path, stats, seen, place));
  }

  /** Whether a file that was empty, and is, has been written to meanwhile: somebody has taken away what it held. */
  wasEmptied(path: string, stats: FileStats): boolean {
    return this.left.noteWritten(path, stats.mtimeMs - GRAIN, keyOf(stats));
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

  #positionOf(path: string, stats: FileStats, seen: number, place: MarkedPlace): FilePosition {
    const { dev, ino, mtimeMs } = stats;
    const before = [...this.#written].map(([log, last]) => (isOfLog(log, path) ? last : 0));
    const mtime = place.mark.offset === 0 ? Math.max(mtimeMs - GRAIN, ...before) : mtimeMs;
    return { group: this.#group, path, dev, ino, seen, mtime, ...place.mark, ...place.cut };
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
