import type { SchedulerLike } from 'rxjs';
import type { Observation, Origin } from '../../model.ts';
import { LONGEST_SKIMMED, type Skim } from '../skim.ts';
import { bytesAt, MARKED, type MarkedPlace } from './file-mark.ts';
import type { FilePosition } from './file-position.ts';
import type { OpenFile } from './file-system.ts';
import { LineCutter } from './line-cutter.ts';
import { lineTimes, type TimeForm } from './line-times.ts';

/** Read of a file before it is the next one's turn, in bytes. */
const CHUNK = 128 * 1024;

/** How long a line without an end waits for the rest before it is emitted as it is, in milliseconds. */
export const OPEN_LINE = 5_000;

/** What a look at a file gave: nothing, all that was new, part of it, or that it is not the file that was read. */
export type Look = 'idle' | 'grown' | 'more' | 'changed';

/** What files are followed with. */
export interface FileParts {
  readonly push: (observation: Observation) => void;
  /** One more harmless line. */
  readonly quiet: (origin: Origin, at: number) => void;
  readonly skim: Skim;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly clock: SchedulerLike;
  /** What the times of the group's lines have shown. */
  readonly form: TimeForm;
  /** What the files of a group are read into, one after another. */
  readonly scratch: Scratch;
}

/** A buffer that is made when it is needed. */
export interface Scratch {
  bytes: Buffer;
}

/** One file being read, whatever it is called meanwhile. */
export interface FollowedFile {
  readonly origin: Origin;
  readonly ino: number;
  readonly dev: number;
  /** It does not grow, and is done with at its end. */
  readonly isFinite: boolean;
  readonly path: string;
  /** Since when it has still to be looked for what its log was rotated to, by the clock of its file system. */
  readonly after: number | undefined;
  /** That has been done. */
  forgetAfter(): void;
  /** It is called otherwise now. */
  rename(path: string): void;
  /** A line has begun whose end has not come. */
  readonly isOpen: boolean;
  /** Nothing has been asked of it yet. */
  readonly isNew: boolean;
  /** Reads one chunk of what is new. Throws the system's error. */
  read(): Promise<Look>;
  /** Emits an open line whose end has not come for some time. */
  tick(now: number): void;
  /** Emits an open line: there will be no more of it. */
  end(): void;
  position(): FilePosition;
  /** Whether it still holds what has been read, as far as that can be told. Throws the system's error. */
  check(): Promise<boolean>;
  /** Whether another file of `size` bytes is this one as far as both go, by both ends of that. Throws the system's error. */
  agreesWith(other: OpenFile, size: number): Promise<boolean>;
  /** When it was last written to, by the clock of its file system. Throws the system's error. */
  writtenAt(): Promise<number>;
  /** Whether it has no name any more. Throws the system's error. */
  isRemoved(): Promise<boolean>;
  readonly lines: number;
  readonly lastLineAt: number | undefined;
  readonly lag: number;
  /** When it last grew, or was opened: epoch milliseconds. */
  readonly grewAt: number;
  close(): void;
}

/** Begins to follow an open file at a place that it bears the mark of; `size` is what it had by then. */
export function followedFile(
  parts: FileParts,
  start: FilePosition,
  origin: Origin,
  file: OpenFile,
  { before, mark }: MarkedPlace,
  size: number,
): FollowedFile {
  const { push, quiet, skim, now, clock, scratch } = parts;
  const { group, dev, ino } = start;
  const times = lineTimes(parts.form, start.seen);
  const cutter = new LineCutter(start, before, start.offset < MARKED ? undefined : mark.head, accept);
  let { path, seen, mtime, after } = start;
  let lines = 0;
  let lastLineAt: number | undefined;
  let lag = 0;
  let grewAt = clock.now();
  let changed = -1;
  let isNew = true;
  let largest = file.isFinite === true ? 0 : size;
  let stored: FilePosition | undefined;
  return {
    origin,
    dev,
    ino,
    isFinite: file.isFinite === true,
    get path() {
      return path;
    },
    get isOpen() {
      return cutter.isOpen;
    },
    get isNew() {
      return isNew;
    },
    get after() {
      return after;
    },
    forgetAfter: () => {
      stored = undefined;
      after = undefined;
    },
    rename: (name) => {
      if (name !== path) stored = undefined;
      path = name;
    },
    read,
    tick: (at) => {
      if (cutter.isOpen && at - grewAt >= OPEN_LINE) end();
    },
    end,
    position,
    check,
    agreesWith,
    writtenAt: async () => (await file.stat()).mtimeMs,
    isRemoved: async () => (await file.stat()).nlink === 0,
    get lines() {
      return lines;
    },
    get lastLineAt() {
      return lastLineAt;
    },
    get lag() {
      return lag;
    },
    get grewAt() {
      return grewAt;
    },
    close: () => file.close(),
  };

  async function read(): Promise<Look> {
    isNew = false;
    const { size, mtimeMs } = await file.stat();
    const { from, readTo } = cutter;
    if (size < largest) return 'changed';
    largest = file.isFinite === true ? 0 : size;
    if (size === readTo && mtimeMs === changed) return 'idle';
    const wanted = Math.min(size - from, readTo - from + CHUNK);
    if (scratch.bytes.length < wanted) scratch.bytes = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * CHUNK));
    const got = await file.read(scratch.bytes, wanted, from);
    // Another object every time: whoever searches a chunk as a whole knows it by its identity.
    const bytes = scratch.bytes.subarray(0, got);
    if (got < readTo - from || !cutter.isContinuedBy(bytes)) return 'changed';
    const grown = from + got - readTo;
    if (grown > 0) {
      grewAt = clock.now();
      stored = undefined;
    }
    cutter.feed(bytes);
    if (from + got < size) return 'more';
    changed = mtimeMs;
    if (mtimeMs === mtime && grown === 0) return 'idle';
    seen = clock.now();
    mtime = mtimeMs;
    stored = undefined;
    times.caughtUp(seen);
    return grown > 0 ? 'grown' : 'idle';
  }

  async function check(): Promise<boolean> {
    const { size, mtimeMs } = await file.stat();
    const { from, offset } = cutter;
    if (size < largest) return false;
    if (size === cutter.readTo && mtimeMs === changed) return true;
    const bytes = Buffer.alloc(offset - from);
    return (await file.read(bytes, bytes.length, from)) === bytes.length && cutter.isContinuedBy(bytes);
  }

  async function agreesWith(other: OpenFile, otherSize: number): Promise<boolean> {
    const both = Math.min(otherSize, (await file.stat()).size);
    const length = Math.min(MARKED, both);
    for (const place of [0, both - length]) {
      const [own, others] = [await bytesAt(file, place, length), await bytesAt(other, place, length)];
      if (own === undefined || others?.equals(own) !== true) return false;
    }
    return both > 0;
  }

  function end(): void {
    stored = undefined;
    cutter.closeLine();
  }

  function accept(bytes: Buffer, from: number, to: number): void {
    stored = undefined;
    lines++;
    const at = now();
    lastLineAt = at;
    if (to - from <= LONGEST_SKIMMED && skim(bytes, from, to)) {
      quiet(origin, times.next(at));
      return;
    }
    const text = bytes.toString('utf8', from, to);
    const written = times.of(text, at);
    lag = at - written;
    push({ type: 'line', origin, ts: '', at: written, text });
  }

  function position(): FilePosition {
    const rest = after === undefined ? {} : { after };
    stored ??= { group, path, dev, ino, seen, mtime, ...rest, ...cutter.place, ...cutter.mark };
    return stored;
  }
}
