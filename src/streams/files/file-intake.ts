import { reasonOf } from '../saved/saved-lines.ts';
import type { FileBeginnings } from './begin-file.ts';
import { BEGINNING } from './file-mark.ts';
import type { FileSet } from './file-set.ts';
import { type FileStats, type FileSystem, isAbsent, keyOf, type OpenFile } from './file-system.ts';
import type { FoundFile } from './find-files.ts';
import { isCompressed, openUnpacked, rotatedSince } from './find-rest.ts';
import { OWN } from './own-files.ts';

export interface IntakeParts {
  readonly set: FileSet;
  readonly beginnings: FileBeginnings;
  /** Tells our own log and reports, which are never read, by their paths without links. */
  readonly isOwn: (realPath: string) => boolean;
  /** The group that reads a file already, by device and inode; no file is read twice. */
  readonly readerOf: (key: string) => string | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface TakeOptions {
  /** It is from before the first look at the group. */
  readonly isOld?: boolean;
  /** Its name as a log, where it has been rotated. */
  readonly log?: string;
  /** When the log was last written to, as far as it was read before this file took its place. */
  readonly after?: number | undefined;
}

/** Takes up files that are not being read yet. */
export class FileIntake {
  /** What should be read and cannot be, with the reason. */
  readonly unreadable = new Map<string, string>();
  /** What is there and is not read, with the reason. */
  readonly refused = new Map<string, string>();
  readonly #parts: IntakeParts;
  /** What was refused, by device and inode: it is not looked into again while it is the same. */
  readonly #refusals = new Map<string, { readonly stats: FileStats; readonly reason: string }>();

  /** When compressed files that have been taken up were last changed, by device and inode: they are not read again. */
  readonly #unpacked = new Map<string, number>();

  /** A file has been renamed or removed between being found and being opened. */
  #hasMoved = false;

  /** It is to be seen later what becomes of some file. */
  isWaiting = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Begins to read a file, if it is to be read. */
  async take({ path, stats }: FoundFile, disk: FileSystem, how: TakeOptions): Promise<void> {
    const { set, beginnings, signal, now } = this.#parts;
    const key = keyOf(stats);
    if (signal.aborted || set.files.has(key) || beginnings.isCopy(stats)) return;
    const before = this.#refusals.get(key);
    if (before?.stats.size === stats.size && before.stats.mtimeMs === stats.mtimeMs) {
      this.refused.set(path, before.reason);
      return;
    }
    const { isOld = false, log = path, after } = how;
    if (stats.size === 0) {
      set.left.noteChanged(key);
      set.awaitContent({ path: log, stats, after }, now());
      return;
    }
    await this.#withOpen(
      path,
      () => disk.open(path),
      async (file) => {
        const opened = await file.stat();
        if (keyOf(opened) !== key) {
          this.#hasMoved = true;
          return false;
        }
        if (this.#parts.isOwn(await disk.realpath(path))) return this.#refuse(path, opened, OWN);
        const beginning = await beginnings.of(file, path, opened, isOld, log === path ? undefined : log);
        this.isWaiting ||= beginning.type === 'wait';
        if (beginning.type === 'wait') return false;
        if (beginning.type === 'refused') return this.#refuse(path, opened, beginning.reason);
        const start = { path: log, stats: opened, after };
        if (beginning.type === 'resume') set.resume(file, start, beginning);
        else set.begin(file, start, beginning.place, isOld ? now() : 0);
        return true;
      },
    );
  }

  /**
   * Takes up what a log has been rotated to since a moment: there may have been more than one between two looks. False
   * if some of it was renamed once more meanwhile, so that it has to be looked for again.
   */
  async takeRotated(log: string, since: number, disk: FileSystem): Promise<boolean> {
    this.#hasMoved = false;
    await this.#parts.beginnings.checkAlike(log);
    const rotated = await rotatedSince(log, since, disk);
    const known = rotated.filter(({ stats }) => this.#parts.set.left.hasRead(keyOf(stats)));
    for (const found of [...known, ...rotated.filter((other) => !known.includes(other))]) {
      if (this.#parts.readerOf(keyOf(found.stats)) !== undefined) continue;
      if (isCompressed(found.path)) await this.#takeCompressed(found, disk, log);
      else await this.take(found, disk, { log });
    }
    return !this.#hasMoved;
  }

  /** What is compressed is only read if it was not read as it was written. */
  async #takeCompressed(found: FoundFile, disk: FileSystem, log: string): Promise<void> {
    const { set, beginnings, signal } = this.#parts;
    const { path, stats } = found;
    const key = keyOf(stats);
    if (signal.aborted || set.files.has(key) || this.#unpacked.get(key) === stats.mtimeMs) return;
    await this.#withOpen(
      path,
      () => openUnpacked(found, disk),
      async (file) => {
        await beginnings.checkAlike(path);
        const found = await set.left.findIn(file, path, stats, log);
        // The number of a file that was empty and is gone says nothing of what has been packed since.
        const known = found?.place.mark.offset === 0 ? undefined : found;
        if (known === undefined && (await beginnings.isBeingRead(file, path, stats))) return false;
        this.#unpacked.set(key, stats.mtimeMs);
        if (known !== undefined) set.resume(file, { path: log, stats }, known);
        else set.begin(file, { path: log, stats }, BEGINNING, 0);
        return true;
      },
    );
  }

  /** Closes the file unless `use` keeps it. */
  async #withOpen(
    path: string,
    open: () => OpenFile | Promise<OpenFile>,
    use: (file: OpenFile) => Promise<boolean>,
  ): Promise<void> {
    let file: OpenFile | undefined;
    try {
      file = await open();
      if (!(await use(file))) file.close();
    } catch (error) {
      file?.close();
      if (isAbsent(error)) this.#hasMoved = true;
      else this.unreadable.set(path, reasonOf(error));
    }
  }

  #refuse(path: string, stats: FileStats, reason: string): false {
    this.refused.set(path, reason);
    this.#refusals.set(keyOf(stats), { stats, reason });
    return false;
  }
}
