import { setImmediate as nextTurn } from 'node:timers/promises';
import { compressionOf } from '../saved/byte-source.ts';
import { reasonOf } from '../saved/saved-lines.ts';
import { textStart } from '../saved/text-file.ts';
import { type Gap, identityOf, type Origin } from '../../model.ts';
import { bytesAt, MARKED, markOf, type MarkedPlace, placeOf } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import type { FileStats, FileSystem, OpenFile } from './file-system.ts';
import { findRest, isNamedLike } from './find-rest.ts';
import { type Found, type FoundFile, isAbsent } from './find-files.ts';
import { type FileParts, followedFile, type FollowedFile, type Look } from './followed-file.ts';
import type { CutPlace } from './line-cutter.ts';
import { lastLineStart } from './line-start.ts';

/** The id of the source, and of what all its containers' identities begin with. */
export const FILES = 'files';

/** A file that has been removed is read on while its writer may still have it, and one renamed out of sight for longer. */
const REMOVED = 10_000;
const RENAMED = 10 * 60_000;

/** How long it is looked for what became of a file, in milliseconds: it may just be being compressed. */
const SEARCH = 10_000;

/** So long it is awaited whether a file that begins like another one is a copy of it, in milliseconds. */
const UNSURE = 3_000;

/** A file that had not grown for so long (milliseconds) when others of its group still did was complete. */
const COMPLETE = 60 * 60_000;

/** What the look at one file says of the look at all. */
const RANK: readonly Look[] = ['idle', 'grown', 'more', 'changed'];

/** So many bytes tell text from other data. */
const HEAD = 4_096;

export interface FollowedFilesParts extends FileParts {
  readonly group: string;
  readonly tellGap: (gap: Gap) => void;
  /** Tells our own log and reports, which are never read, by their paths without links. */
  readonly isOwn: (realPath: string) => boolean;
  /** Which group reads a file, by device and inode: none is read twice. */
  readonly owners: Map<string, string>;
  readonly signal: AbortSignal;
}

/** The files of one group that are being read, and where reading them was left. */
export interface FollowedFiles {
  /** Takes up what has been found, and lets go of what is over. */
  update(found: Found, disk: FileSystem): Promise<void>;
  /** Reads a chunk of each file that has something new. */
  read(): Promise<Look>;
  /** Its files have been looked for: those found later are new. */
  readonly begun: boolean;
  /** How many lines have been emitted. */
  readonly lines: number;
  /** Emits lines whose end has not come for some time. */
  tick(now: number): void;
  all(): Iterable<FollowedFile>;
  positions(): Iterable<readonly [id: string, position: FilePosition]>;
  /** What should be read and cannot be, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** What matches and is not followed, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  close(): void;
}

/** A place that nothing is being read from: a file of an earlier run, or one that is no longer what it was. */
interface Left {
  readonly position: FilePosition;
  /** As long as it is in memory: what has been read of a line without an end. */
  readonly file?: FollowedFile;
  /** The file that it was has been written anew, so that what it held is to be found elsewhere if at all. */
  changed: boolean;
  /** Since when it has been looked for. */
  since?: number;
}

export function followedFiles(
  parts: FollowedFilesParts,
  saved: Iterable<readonly [id: string, position: FilePosition]>,
  begun: boolean,
): FollowedFiles {
  const { group, clock, owners, signal } = parts;
  const container = identityOf(FILES, group);
  const files = new Map<string, FollowedFile>();
  const left = new Map<string, Left>([...saved].map(([id, position]) => [id, { position, changed: false }]));
  /** Since when they have been out of sight. */
  const unmatched = new Map<string, number>();
  /** Copies of files that are being followed: their lines have been read. */
  const copies = new Map<string, FollowedFile>();
  /** Since when they may be copies. */
  const unsure = new Map<string, number>();
  const unreadable = new Map<string, string>();
  const refused = new Map<string, string>();
  /** What was refused, by device and inode: it is not looked into again while it is the same. */
  const refusals = new Map<
    string,
    { readonly size: number; readonly mtimeMs: number; readonly reason: string }
  >();
  let first = !begun;
  /** Lines of files that are no longer followed. */
  let ended = 0;
  return {
    update,
    read,
    tick: (now) => {
      for (const file of files.values()) file.tick(now);
    },
    all: () => files.values(),
    *positions() {
      for (const [id, { position, file }] of left) yield [id, file?.position() ?? position];
      for (const file of files.values()) yield [file.origin.id, file.position()];
    },
    unreadable,
    refused,
    get begun() {
      return !first;
    },
    get lines() {
      return [...files.values()].reduce((sum, file) => sum + file.lines, ended);
    },
    close: () => {
      for (const file of files.values()) file.close();
    },
  };

  async function update(found: Found, disk: FileSystem): Promise<void> {
    replace(unreadable, found.unreadable);
    replace(refused, found.refused);
    const matched = new Map<string, FoundFile>();
    for (const file of found.files) {
      const key = keyOf(file.stats);
      if ((owners.get(key) ?? group) === group && !matched.has(key)) matched.set(key, file);
    }
    const fresh: FoundFile[] = [];
    for (const [key, file] of matched) {
      const known = files.get(key);
      if (known === undefined) fresh.push(file);
      else known.path = file.path;
    }
    const ids = new Set([...left.values()].map(({ position }) => keyOf(position)));
    for (const again of [true, false])
      for (const file of fresh)
        if (ids.has(keyOf(file.stats)) === again && !signal.aborted) await take(file, disk);
    // What cannot be seen now is not new when it can.
    first &&= found.hidden;
    if (found.absent.length > 0 || unreadable.size > 0) return;
    await letGo(matched);
    for (const [id, place] of left) if (!signal.aborted) await search(id, place, disk);
  }

  async function take({ path, stats }: FoundFile, disk: FileSystem): Promise<void> {
    const key = keyOf(stats);
    const copied = copies.get(key);
    if (files.has(key) || (copied !== undefined && files.get(keyOf(copied)) === copied)) return;
    if (stats.size === 0) {
      for (const place of left.values()) if (keyOf(place.position) === key) place.changed = true;
      return;
    }
    const before = refusals.get(key);
    if (before?.size === stats.size && before.mtimeMs === stats.mtimeMs) {
      refused.set(path, before.reason);
      return;
    }
    let file: OpenFile | undefined;
    try {
      file = await disk.open(path);
      const open = await file.stat();
      if (keyOf(open) === key)
        if (parts.isOwn(await disk.realpath(path))) refuse(path, open, 'it is our own');
        else if (await begin(file, path, open)) return;
      file.close();
    } catch (error) {
      file?.close();
      if (!isAbsent(error)) unreadable.set(path, reasonOf(error));
    }
  }

  function refuse(path: string, { dev, ino, size, mtimeMs }: FileStats, reason: string): void {
    refused.set(path, reason);
    refusals.set(keyOf({ dev, ino }), { size, mtimeMs, reason });
  }

  /** Follows an open file from where it was left, else from where it should be. False if it is not to be followed. */
  async function begin(file: OpenFile, path: string, stats: FileStats): Promise<boolean> {
    const key = keyOf(stats);
    const head = (await bytesAt(file, 0, Math.min(HEAD, stats.size))) ?? Buffer.alloc(0);
    const reason = refusal(head);
    if (reason !== undefined) {
      refuse(path, stats, reason);
      return false;
    }
    const known = [...left].some(([, { position }]) => keyOf(position) === key);
    if (!known) await checkAll(path);
    const claimed = await claim(file, path, stats);
    if (claimed !== undefined) {
      const { id, position, place } = claimed;
      left.delete(id);
      follow(file, { ...position, path, dev: stats.dev, ino: stats.ino }, place, id);
      return true;
    }
    const copied = copies.has(key);
    const original = known ? undefined : await originalOf(head.subarray(0, MARKED), path);
    if (original !== undefined && head.length >= MARKED) {
      copies.set(key, original);
      return false;
    }
    const since = unsure.get(key) ?? clock.now();
    if (original !== undefined && clock.now() - since < UNSURE) {
      unsure.set(key, since);
      return false;
    }
    unsure.delete(key);
    copies.delete(key);
    const cut: CutPlace = first || copied ? await lastLineStart(file, stats.size) : { offset: 0 };
    const place = await markOf(file, cut.offset);
    if (place === undefined) return false;
    const seen = first || copied ? clock.now() : 0;
    const { dev, ino } = stats;
    follow(file, { group, path, dev, ino, seen, ...place.mark, ...cut }, place, freshId(key));
    return true;
  }

  /** Finds out which of the files that are named alike are no longer what they were, before another is compared. */
  async function checkAll(path: string): Promise<void> {
    for (const [key, file] of files)
      if (!file.isFinite && isNamedLike(path, file.path) && !(await file.check())) drop(key, file, true);
  }

  async function originalOf(head: Buffer, path: string): Promise<FollowedFile | undefined> {
    for (const file of files.values())
      if (!file.isFinite && isNamedLike(path, file.path) && (await file.beginsWith(head))) return file;
    return undefined;
  }

  /** The place that an open file continues, whatever it is called now. */
  async function claim(
    file: OpenFile,
    path: string,
    stats: FileStats,
  ): Promise<
    { readonly id: string; readonly position: FilePosition; readonly place: MarkedPlace } | undefined
  > {
    for (const isSame of [true, false])
      for (const [id, from] of left) {
        const { position } = from;
        if ((keyOf(position) === keyOf(stats)) !== isSame) continue;
        if (!isSame && !mayContinue(from, path, stats)) continue;
        const place = await placeOf(file, position);
        if (place !== undefined) return { id, position: from.file?.position() ?? position, place };
        if (isSame) from.changed = true;
      }
    return undefined;
  }

  function follow(file: OpenFile, position: FilePosition, place: MarkedPlace, id: string): void {
    const origin: Origin = { id, source: FILES, container, stream: 'stdout', labels: {} };
    const followed = followedFile(parts, position, origin, file, place);
    const key = keyOf(position);
    files.set(key, followed);
    owners.set(key, group);
  }

  async function read(): Promise<Look> {
    let most: Look = 'idle';
    for (const [key, file] of files) {
      if (signal.aborted) break;
      const look = await readOne(key, file);
      if (RANK.indexOf(look) > RANK.indexOf(most)) most = look;
      if (look === 'more') await nextTurn();
    }
    return most;
  }

  async function readOne(key: string, file: FollowedFile): Promise<Look> {
    try {
      const look = await file.read();
      if (look === 'changed') drop(key, file, true);
      else if (look !== 'more' && file.isFinite) finish(key, file);
      return look;
    } catch (error) {
      const reason = reasonOf(error);
      unreadable.set(file.path, reason);
      if (!file.isFinite) drop(key, file, false);
      else {
        finish(key, file);
        tellGap(file.position(), `the rest of it is damaged: ${reason}`);
      }
      return 'idle';
    }
  }

  /** What was read from it is to be looked for elsewhere, or in the same file once that can be read again. */
  function drop(key: string, file: FollowedFile, changed: boolean): void {
    left.set(file.origin.id, { position: file.position(), file, changed });
    files.delete(key);
    ended += file.lines;
    file.close();
  }

  function finish(key: string, file: FollowedFile): void {
    file.end();
    ended += file.lines;
    files.delete(key);
    owners.delete(key);
    unmatched.delete(key);
    file.close();
  }

  async function letGo(matched: ReadonlyMap<string, FoundFile>): Promise<void> {
    const now = clock.now();
    for (const [key, file] of files) {
      if (matched.has(key) || file.isFinite) {
        unmatched.delete(key);
        continue;
      }
      const since = Math.max(unmatched.get(key) ?? now, file.grewAt);
      unmatched.set(key, since);
      if (now - since >= ((await file.isRemoved()) ? REMOVED : RENAMED)) finish(key, file);
    }
  }

  /** Looks for what became of a file, and reads on there; after some time what it still held is a gap. */
  async function search(id: string, from: Left, disk: FileSystem): Promise<void> {
    const now = clock.now();
    from.since ??= now;
    const rest = await findRest(from.position, (stats) => files.has(keyOf(stats)), disk);
    if (rest?.place !== undefined) {
      const { file, path, stats, place } = rest;
      left.delete(id);
      const position = from.file?.position() ?? from.position;
      follow(file, { ...position, path, dev: stats.dev, ino: stats.ino }, place, id);
    } else if (rest !== undefined || now - from.since >= SEARCH) {
      from.file?.end();
      left.delete(id);
      if (rest === undefined && !wasComplete(from.position)) {
        const reason = from.changed ? 'truncated or replaced' : 'removed';
        tellGap(from.position, `${reason} before it was read to its end: some of it may be missing`);
      }
    }
  }

  function wasComplete({ seen }: FilePosition): boolean {
    return [...files.values()].some((file) => file.position().seen - seen > COMPLETE);
  }

  function tellGap({ path, seen }: FilePosition, reason: string): void {
    const at = clock.now();
    parts.tellGap({
      type: 'gap',
      at,
      source: FILES,
      container,
      from: Math.min(seen, at),
      to: at,
      reason: `${path}: ${reason}`,
    });
  }

  function freshId(key: string): string {
    const used = new Set([...left.keys(), ...[...files.values()].map(({ origin }) => origin.id)]);
    const plain = `${container}:${key}`;
    let id = plain;
    for (let n = 2; used.has(id); n++) id = `${plain}:${n}`;
    return id;
  }
}

/** A file by device and inode. */
export function keyOf({ dev, ino }: Pick<FileStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/**
 * Whether a file that is not the same by its number may hold what was read of another: one with so long a beginning in
 * common, the copy of a file that has been truncated, or the same after the numbers have changed with a new mount.
 */
function mayContinue({ position, changed }: Left, path: string, stats: FileStats): boolean {
  if (position.offset === 0 || !isNamedLike(path, position.path)) return false;
  if (position.offset >= MARKED) return true;
  if (stats.dev === position.dev) return changed && path !== position.path;
  return stats.ino === position.ino || path === position.path;
}

/** Why a file with this beginning cannot be followed; undefined if it can. */
function refusal(head: Buffer): string | undefined {
  const compression = compressionOf(head);
  if (compression !== undefined) return `compressed with ${compression}`;
  try {
    textStart(head);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function replace<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}
