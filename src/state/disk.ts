import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../log.ts';
import type { IncidentRecord } from './change.ts';
import { openDatabase, type Opened, replaceDatabase } from './database.ts';
import { faultOf } from './faults.ts';
import { everything, type Image, type Patch } from './image.ts';
import type { IncidentQuery, Tables } from './tables.ts';

/** Whether commits reach the disk, when the last one did (epoch milliseconds; 0 for never), and what is wrong. */
export interface Health {
  readonly writable: boolean;
  readonly lastCommit: number;
  readonly problem?: string;
}

/** SQLite needs this much for its log and the log's index, in bytes. */
const LEAST_ROOM = 64 * 1024;

/** A database that cannot be written is tried again at the first write after this long, in milliseconds. */
const RETRY = 5_000;

/**
 * Keeps the database in sync with an image while it can be written, and writes the whole image once it can be again,
 * into a new file if the old one is damaged or gone. Each change between the two is logged once.
 */
export class Disk {
  readonly #path: string;
  readonly #log: Log;
  readonly #image: Image;
  /** Absent while the database cannot be written: the image is then ahead of it. */
  #tables: Tables | undefined;
  #inode = 0;
  #problem: string | undefined;
  #triedAt = 0;
  #lastCommit = 0;

  constructor(path: string, opened: Opened, log: Log, now: number) {
    this.#path = path;
    this.#log = log;
    this.#image = opened.image;
    this.#attach(opened.tables);
    if (opened.problem !== undefined) this.#fallBehind(opened.problem, now);
  }

  /** Writes a patch that the image already has, and returns whether it is on disk. */
  write(patch: Patch, now: number): boolean {
    if (this.#tables === undefined) return this.#retry(now);
    if (inodeOf(this.#path) !== this.#inode) {
      this.#fallBehind(`${this.#path} was removed or replaced`, now);
      return this.#recover(openDatabase(this.#path, now), now);
    }
    try {
      this.#settle(this.#tables.write(patch, now), now);
      return true;
    } catch (error) {
      const fault = faultOf(error);
      this.#fallBehind(`${this.#path}: ${fault.message}`, now);
      return fault.kind !== 'unwritable' && this.#recover(replaceDatabase(this.#path, now, fault), now);
    }
  }

  /** The history. While the database cannot be used: only the incidents since it was last written. */
  incidents(query: IncidentQuery, now: number): readonly IncidentRecord[] {
    try {
      if (this.#tables !== undefined) return this.#tables.incidents(query);
    } catch (error) {
      this.#fallBehind(`${this.#path}: ${faultOf(error).message}`, now);
    }
    const unsaved = [...this.#image.incidents.values()];
    if ('id' in query) return unsaved.filter(({ id }) => id === query.id);
    return unsaved.sort((a, b) => b.openedAt - a.openedAt).slice(0, query.limit);
  }

  health(): Health {
    const problem = this.#problem === undefined ? {} : { problem: this.#problem };
    return { writable: this.#tables !== undefined, lastCommit: this.#lastCommit, ...problem };
  }

  close(): void {
    this.#tables?.close();
    this.#tables = undefined;
  }

  #retry(now: number): boolean {
    if (now - this.#triedAt < RETRY) return false;
    this.#triedAt = now;
    return this.#recover(openDatabase(this.#path, now), now);
  }

  /** Writes the whole image to a database that was just opened. */
  #recover({ tables, problem, freshBecause }: Opened, now: number): boolean {
    if (tables === undefined) {
      this.#problem = problem;
      return false;
    }
    try {
      this.#settle(tables.write(everything(this.#image), now, true), now);
    } catch (error) {
      tables.close();
      this.#problem = `${this.#path}: ${faultOf(error).message}`;
      return false;
    }
    this.#attach(tables);
    const message = 'the state is written again, nothing was lost';
    this.#log.info(
      { file: this.#path },
      freshBecause === undefined ? message : `${message} (${freshBecause})`,
    );
    return true;
  }

  #attach(tables: Tables | undefined): void {
    this.#tables = tables;
    if (tables === undefined) return;
    this.#inode = inodeOf(this.#path);
    this.#problem = undefined;
  }

  #settle(droppedDeliveries: readonly string[], now: number): void {
    for (const key of droppedDeliveries) this.#image.deliveries.delete(key);
    this.#image.incidents.clear();
    this.#lastCommit = now;
  }

  #fallBehind(fault: string, now: number): void {
    const problem = isFull(dirname(this.#path)) ? `${fault}; no space is left on the disk` : fault;
    this.close();
    this.#problem = problem;
    this.#triedAt = now;
    const message = 'the state cannot be written: watching goes on in memory, and it is tried again';
    this.#log.error({ file: this.#path, problem }, `${message} (${problem})`);
  }
}

/**
 * Whether the disk is full. SQLite reports `disk I/O error` or `unable to open` if there is not even room for the
 * index of its log.
 */
function isFull(dir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize < LEAST_ROOM;
  } catch {
    return false;
  }
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
