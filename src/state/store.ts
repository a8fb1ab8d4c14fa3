import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { Delivery } from './delivery.ts';
import type { Change, IncidentRecord, Saved } from './change.ts';
import { openDatabase, replaceDatabase, STATE_FILE } from './database.ts';
import { Disk, type Health } from './disk.ts';
import { Unusable } from './faults.ts';
import { apply, dated, type Image, isEmpty, parsed, patchOf, savedIn } from './image.ts';
import { notesIn, notesOfStart } from './notes.ts';
import type { IncidentQuery } from './tables.ts';

/**
 * The daemon's memory across restarts: positions, counts, the incident machine and the outbox, which move together in
 * one transaction or not at all. While the database cannot be written it continues in memory, logs that once, and
 * retries: nothing is lost unless the process dies meanwhile.
 */
export interface Store {
  /**
   * Why this is a fresh start although there was, or may have been, a state: the core then heals nothing for one
   * cooldown.
   */
  readonly freshBecause: string | undefined;
  /** Starts of the daemon in this directory so far, this one included. */
  readonly bootSeq: number;
  /** Moments (epoch milliseconds) of the starts in the last 24 hours, this one last. */
  readonly starts: readonly number[];
  /** What was there at the start; undefined if nothing was. To be called before the first commit. */
  load(): Saved | undefined;
  /**
   * Commits all of a change at once, in memory in any case; returns whether it is on disk as well. Throws only for
   * values JSON cannot hold.
   */
  commit(change: Change): boolean;
  /** For an owner that cannot read what `load` returned: sets the database aside and begins a fresh one. */
  discard(reason: string): void;
  /** What is on its way to the fleet, as it was committed. */
  fleet(): ReadonlyMap<string, unknown>;
  /** Every delivery that is kept, in the order they were added. */
  deliveries(): MapIterator<Delivery>;
  history(query: IncidentQuery): readonly IncidentRecord[];
  health(): Health;
  /** Later commits are ignored. */
  close(): void;
}

export interface StoreOptions {
  /** The clock: epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
}

/** With nothing to write, a sign of life is written this often, in milliseconds: it proves that writing works. */
const SIGN_OF_LIFE = 30_000;

const DAY = 24 * 60 * 60 * 1_000;

/**
 * Opens the store of a state directory, creating both as needed. The caller has claimed the directory. No state of
 * the file system makes it throw: problems are logged and are in `freshBecause` and `health`.
 */
export function openStore(dir: string, options: StoreOptions): Store {
  return new FileStore(join(dir, STATE_FILE), options);
}

class FileStore implements Store {
  freshBecause: string | undefined;
  readonly bootSeq: number;
  readonly starts: readonly number[];
  readonly #path: string;
  readonly #options: StoreOptions;
  #image: Image;
  #disk: Disk;
  #savedAt: number | undefined;
  #closed = false;

  constructor(path: string, options: StoreOptions) {
    const now = options.now();
    const opened = openDatabase(path, now);
    const notes = notesIn(opened.image);
    this.#path = path;
    this.#options = options;
    this.#image = opened.image;
    this.#disk = new Disk(path, opened, options.log, now);
    this.#savedAt = notes.savedAt;
    this.bootSeq = notes.bootSeq + 1;
    this.starts = [...notes.starts.filter((at) => at > now - DAY), now];
    this.#begin(opened.freshBecause ?? notes.freshBecause);
  }

  load(): Saved | undefined {
    return this.#savedAt === undefined ? undefined : savedIn(this.#image, this.#savedAt);
  }

  commit(change: Change): boolean {
    if (this.#closed) return false;
    const now = this.#options.now();
    const patch = patchOf(change, this.#image);
    const { writable, lastCommit } = this.#disk.health();
    if (isEmpty(patch) && writable && now - lastCommit < SIGN_OF_LIFE) return true;
    const complete = dated(patch, now);
    apply(complete, this.#image);
    return this.#disk.write(complete, now);
  }

  discard(reason: string): void {
    this.#disk.close();
    const now = this.#options.now();
    const opened = replaceDatabase(this.#path, now, new Unusable('damaged', reason));
    this.#image = opened.image;
    this.#disk = new Disk(this.#path, opened, this.#options.log, now);
    this.#savedAt = undefined;
    this.#begin(opened.freshBecause);
  }

  fleet(): ReadonlyMap<string, unknown> {
    return parsed(this.#image.fleet);
  }

  deliveries(): MapIterator<Delivery> {
    return this.#image.deliveries.values();
  }

  history(query: IncidentQuery): readonly IncidentRecord[] {
    return this.#disk.incidents(query, this.#options.now());
  }

  health(): Health {
    return this.#disk.health();
  }

  close(): void {
    this.#closed = true;
    this.#disk.close();
  }

  /** Records this start, and that it is a fresh one: it stays that, across restarts, until the core has a state. */
  #begin(freshBecause: string | undefined): void {
    this.freshBecause = freshBecause;
    if (freshBecause !== undefined) {
      this.#options.log.warn({ file: this.#path }, `starting afresh: ${freshBecause}`);
    }
    const now = this.#options.now();
    const patch = dated(notesOfStart({ bootSeq: this.bootSeq, starts: this.starts, freshBecause }), now);
    apply(patch, this.#image);
    this.#disk.write(patch, now);
  }
}
