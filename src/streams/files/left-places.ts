import { BEGINNING, MARKED, type MarkedPlace, placeOf } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import { type FileStats, keyOf, type OpenFile } from './file-system.ts';
import { isNamedLike, isOfLog } from './find-rest.ts';
import type { FollowedFile } from './followed-file.ts';

/** A place that nothing is being read from: of an earlier run, or in a file that is no longer what it was. */
export interface LeftPlace {
  readonly id: string;
  readonly position: FilePosition;
  /** While it is in memory: it may hold the beginning of a line. */
  readonly file: FollowedFile | undefined;
  /** Its file has been written anew: what it held is elsewhere now, if anywhere. */
  changed: boolean;
  /** Since when it has been looked for, epoch milliseconds. */
  since: number | undefined;
  /** It has been looked what its log was rotated to. */
  readonly looked: boolean;
}

/** A place found again. */
export interface FoundPlace {
  readonly left: LeftPlace;
  readonly place: MarkedPlace;
}

/** The places of a group that nothing is being read from, by the ids of their origins. */
export class LeftPlaces {
  readonly #places = new Map<string, LeftPlace>();

  constructor(saved: Iterable<readonly [id: string, position: FilePosition]>) {
    for (const [id, position] of saved) this.add(id, position);
  }

  /** `file` is still in memory, and `changed` if it is no longer what was read. */
  add(id: string, position: FilePosition, file?: FollowedFile, changed = false): void {
    this.#places.set(id, { id, position, file, changed, since: undefined, looked: false });
  }

  /** A log has been read that far, in whatever file. */
  noteWritten(log: string, mtime: number): void {
    for (const place of this.all())
      if (isOfLog(log, place.position.path) && place.position.mtime < mtime)
        this.#places.set(place.id, { ...place, position: { ...place.position, mtime } });
  }

  /** It has been looked what the log of a place was rotated to. */
  noteLooked(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.set(id, { ...place, position: { ...place.position, after: undefined }, looked: true });
  }

  /** The place of an empty file, by device and inode. */
  emptyPlace(key: string): LeftPlace | undefined {
    return this.all().find(({ position }) => position.offset === 0 && keyOf(position) === key);
  }

  delete({ id }: LeftPlace): void {
    this.#places.delete(id);
  }

  /** Whether one of them is in this file, by device and inode. */
  has(key: string): boolean {
    return this.all().some(({ position }) => keyOf(position) === key);
  }

  /** Whether something has been read from this file, by device and inode. */
  hasRead(key: string): boolean {
    return this.all().some(({ position }) => position.offset > 0 && keyOf(position) === key);
  }

  all(): readonly LeftPlace[] {
    return [...this.#places.values()];
  }

  /** The file is there, and cannot hold what it held. */
  noteChanged(key: string): void {
    for (const left of this.#places.values()) if (keyOf(left.position) === key) left.changed = true;
  }

  /**
   * The place that an open file goes on from, whatever it is called now; the same file by its number comes first.
   * `log` is the name of the log that this has been rotated from, where that is known.
   */
  async findIn(
    file: OpenFile,
    path: string,
    stats: FileStats,
    log?: string,
  ): Promise<FoundPlace | undefined> {
    const key = keyOf(stats);
    const isSame = ({ position }: LeftPlace): boolean => keyOf(position) === key;
    const read = this.all().filter(({ position }) => position.offset > 0);
    for (const left of read.filter(isSame)) {
      const place = await placeOf(file, left.position);
      if (place !== undefined) return { left, place };
      left.changed = true;
    }
    for (const left of read) {
      const isOfIt = log !== undefined && isOfLog(left.position.path, log);
      if (isSame(left) || (!isOfIt && !mayContinue(left, path, stats))) continue;
      const place = await placeOf(file, left.position);
      if (place !== undefined) return { left, place };
    }
    // Last: the number of an empty file that is gone may be that of another by now.
    const empty = this.emptyPlace(key);
    return empty === undefined ? undefined : { left: empty, place: BEGINNING };
  }
}

/**
 * Whether a file that is not the same by its number may hold what was read of another: one with so long a beginning in
 * common, the copy of a file that has been truncated, or the same after the numbers have changed with a new mount.
 */
function mayContinue({ position, changed }: LeftPlace, path: string, stats: FileStats): boolean {
  if (!isNamedLike(path, position.path)) return false;
  if (position.offset >= MARKED) return true;
  if (stats.dev === position.dev) return changed && path !== position.path;
  return stats.ino === position.ino || path === position.path;
}
