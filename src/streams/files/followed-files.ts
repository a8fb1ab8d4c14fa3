import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gap } from '../../model.ts';
import { reasonOf } from '../saved/saved-lines.ts';
import { FileBeginnings } from './begin-file.ts';
import { FileIntake, type IntakeParts } from './file-intake.ts';
import type { FilePosition } from './file-position.ts';
import { searchLeft } from './file-search.ts';
import { FILES, FileSet } from './file-set.ts';
import { type FileSystem, keyOf } from './file-system.ts';
import type { Found, FoundFile } from './find-files.ts';
import { isLogName } from './find-rest.ts';
import type { FileParts, FollowedFile, Look } from './followed-file.ts';

/** A file that has been removed is read on while its writer may still have it, and one renamed out of sight for longer. */
const REMOVED = 10_000;
const RENAMED = 10 * 60_000;

/** What the look at one file says of the look at all. */
const RANK: readonly Look[] = ['idle', 'grown', 'more', 'changed'];

export interface FollowedFilesParts extends FileParts, Pick<IntakeParts, 'isOwn' | 'readerOf' | 'signal'> {
  readonly group: string;
  readonly tellGap: (gap: Gap) => void;
}

/** The files of one group: those found are read until they are over, whatever becomes of their names. */
export class FollowedFiles {
  readonly set: FileSet;
  readonly #parts: FollowedFilesParts;
  readonly #intake: FileIntake;
  /** Since when files have been out of sight. */
  readonly #unmatched = new Map<FollowedFile, number>();
  /** Paths that could not be read at the first look: what they lead to is not new when it can be. */
  readonly #old = new Set<string>();
  #first: boolean;

  constructor(
    parts: FollowedFilesParts,
    saved: Iterable<readonly [id: string, position: FilePosition]>,
    begun: boolean,
  ) {
    const { group, clock, isOwn, readerOf, signal } = parts;
    this.#parts = parts;
    this.#first = !begun;
    this.set = new FileSet(parts, group, saved);
    const beginnings = new FileBeginnings(this.set, (file) => this.set.drop(file, true), clock);
    const now = (): number => clock.now();
    this.#intake = new FileIntake({ set: this.set, beginnings, isOwn, readerOf, signal, now });
  }

  /** Its files have been looked for: those found later are new. */
  get begun(): boolean {
    return !this.#first;
  }

  /** Nothing is awaited that only time brings: the end of a line, or what became of a file. */
  get isSettled(): boolean {
    const { left, files } = this.set;
    return (
      this.#unmatched.size === 0 &&
      !this.#intake.isWaiting &&
      !left.all().some(({ position }) => position.offset > 0) &&
      ![...files.values()].some((file) => file.isOpen)
    );
  }

  /** What should be read and cannot be, with the reason. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#intake.unreadable;
  }

  /** What matches and is not read, with the reason. */
  get refused(): ReadonlyMap<string, string> {
    return this.#intake.refused;
  }

  /** Takes up what has been found, and lets go of what is over. */
  async update(found: Found, disk: FileSystem): Promise<void> {
    const { set } = this;
    const { unreadable, refused } = this.#intake;
    this.#intake.isWaiting = false;
    replace(unreadable, found.unreadable);
    replace(refused, found.refused);
    const matched = this.#byNumber(found);
    for (const [key, { path }] of matched) set.files.get(key)?.rename(path);
    const fresh: FoundFile[] = [];
    // Taking one may show that another, which was being read, holds something else by now.
    for (let next = this.#unread(matched); next.length > 0; next = this.#unread(matched)) {
      const last = new Map(next.map(({ path }) => [path, set.lastWritten(path)]));
      for (const file of next) {
        await this.#take(file, last.get(file.path), disk);
        matched.delete(keyOf(file.stats));
      }
      fresh.push(...next);
    }
    await this.#takeRotated(fresh, disk);
    if (this.#first) for (const path of unreadable.keys()) this.#old.add(path);
    // What cannot be seen now is not new when it can.
    this.#first &&= found.hidden;
    const keys = new Set(found.files.map(({ stats }) => keyOf(stats)));
    const hidden = [...found.absent, ...unreadable.keys()];
    const isHidden = (path: string): boolean =>
      hidden.some((place) => path === place || path.startsWith(`${place}/`));
    await this.#letGo(keys, isHidden);
    const intake = this.#intake;
    await searchLeft({ ...this.#parts, set, intake, isHidden, isThere: (key) => keys.has(key) }, disk);
  }

  /** Reads a chunk of each file that has something new. */
  async read(): Promise<Look> {
    let most: Look = 'idle';
    for (const file of this.set.files.values()) {
      if (this.#parts.signal.aborted) break;
      const look = await this.#readOne(file);
      if (RANK.indexOf(look) > RANK.indexOf(most)) most = look;
      if (look === 'more') await nextTurn();
    }
    return most;
  }

  /** Emits lines whose end has not come for some time. */
  tick(now: number): void {
    for (const file of this.set.files.values()) file.tick(now);
  }

  /** Each file once, by one of its names, without those that another group reads. */
  #byNumber(found: Found): Map<string, FoundFile> {
    const matched = new Map<string, FoundFile>();
    for (const file of found.files) {
      const key = keyOf(file.stats);
      const reader = this.#parts.readerOf(key);
      if (reader !== undefined) this.#intake.refused.set(file.path, `it is read as part of ${reader}`);
      else if (!matched.has(key)) matched.set(key, file);
    }
    return matched;
  }

  /** Those that are not being read. What has been read before comes first: another may be a copy of it. */
  #unread(matched: ReadonlyMap<string, FoundFile>): readonly FoundFile[] {
    const { files, left } = this.set;
    const unread = [...matched].filter(([key]) => !files.has(key));
    const known = unread.filter(([key]) => left.has(key));
    return [...known, ...unread.filter(([key]) => !left.has(key))].map(([, file]) => file);
  }

  /** `after` is when the log of its path was last written to, as far as it has been read. */
  async #take(found: FoundFile, after: number | undefined, disk: FileSystem): Promise<void> {
    const isOld = this.#first || this.#old.has(found.path);
    await this.#intake.take(found, disk, { isOld, after });
    await this.#readNew();
  }

  /** Where a log has given way to another file, or to other content, there may have been more than one between them. */
  async #takeRotated(fresh: readonly FoundFile[], disk: FileSystem): Promise<void> {
    const { set } = this;
    const look = async (path: string, since: number): Promise<boolean> => {
      const isAll = await this.#intake.takeRotated(path, since, disk);
      await this.#readNew();
      return isAll && !this.#parts.signal.aborted;
    };
    for (const file of set.files.values())
      if (file.after !== undefined && (await look(file.path, file.after))) file.forgetAfter();
    for (const place of set.left.all()) {
      const { path, mtime, after } = place.position;
      if (after === undefined && (!place.changed || place.looked || !isLogName(path))) continue;
      if (await look(path, after ?? mtime)) set.left.noteLooked(place.id);
    }
    for (const { path, stats } of fresh) {
      const since = set.emptiedSince(stats);
      if (since !== undefined && (await look(path, since))) set.noteEmptied(path, stats);
    }
  }

  /** At once: what has not been read cannot be missed. */
  async #readNew(): Promise<void> {
    for (const file of this.set.files.values()) if (file.isNew) await this.#readOne(file);
  }

  async #readOne(file: FollowedFile): Promise<Look> {
    try {
      const look = await file.read();
      if (look === 'changed') this.set.drop(file, true);
      else if (look !== 'more' && file.isFinite) this.set.finish(file);
      return look;
    } catch (error) {
      const reason = reasonOf(error);
      if (file.isFinite) this.#damaged(file, reason);
      else {
        this.#intake.unreadable.set(file.path, reason);
        this.set.drop(file, false);
      }
      return 'idle';
    }
  }

  #damaged(file: FollowedFile, reason: string): void {
    this.set.finish(file);
    const at = this.#parts.clock.now();
    const { container } = this.set;
    const text = `${file.path}: the rest of it is damaged: ${reason}`;
    this.#parts.tellGap({ type: 'gap', at, source: FILES, container, from: at, to: at, reason: text });
  }

  /** What only cannot be seen at the moment (`isHidden`) is not let go of. */
  async #letGo(matched: ReadonlySet<string>, isHidden: (path: string) => boolean): Promise<void> {
    const now = this.#parts.clock.now();
    for (const [key, file] of this.set.files) {
      if (matched.has(key) || file.isFinite || isHidden(file.path)) {
        this.#unmatched.delete(file);
        continue;
      }
      const since = Math.max(this.#unmatched.get(file) ?? now, file.grewAt);
      this.#unmatched.set(file, since);
      const isRemoved = await file.isRemoved().catch(() => false);
      if (now - since < (isRemoved ? REMOVED : RENAMED)) continue;
      this.#unmatched.delete(file);
      this.set.finish(file);
    }
  }
}

function replace<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}
