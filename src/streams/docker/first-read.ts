import type { LogRecord } from './log-record.ts';
import type { Inspected } from './inspected.ts';
import type { LogRisks } from './log-options.ts';

/** A record as stored: its text and about so much around it, in bytes. */
export const STORED_OVERHEAD = 80;

/** A first line is stored up to so many milliseconds before the start that Docker records (seen: 2.8). */
const START_SLACK = 5;

/** No engine stores more than so much of one container, in bytes a millisecond (seen: 25,000). */
const FASTEST = 32_768;

/** Sizes are estimated from the text: files this full may have been full. */
const NEARLY = 0.8;

/**
 * A burst that nobody saw ends anywhere in a file: where less than this part of one is left of it, hardly anything was
 * ever written faster than what is left.
 */
const TRACE = 1 / 12;

/** What a first, whole read of a log found. */
export interface FirstRead {
  see(record: LogRecord): void;
  /** When its oldest record was stored, epoch milliseconds; undefined of an empty log. */
  readonly oldest: number | undefined;
  /** When it was requested. */
  readonly at: number;
  /**
   * Whether records stored after `from` may have been rotated away before this read: the files are full, and more can
   * have been written in the time before the oldest. `watched`: nothing is known of how fast, it may have been a burst, if
   * there is a trace of one; otherwise it was written at the pace of what is left.
   */
  mayHaveLost(from: number, risks: LogRisks, watched: boolean): boolean;
}

export function firstRead(at: number): FirstRead {
  let oldest: number | undefined;
  let bytes = 0;
  return {
    at,
    get oldest() {
      return oldest;
    },
    see: (record) => {
      oldest ??= record.at;
      bytes += record.end - record.start + STORED_OVERHEAD;
    },
    mayHaveLost: (from, { maxSize, files }, watched) => {
      if (oldest === undefined || oldest <= from) return false;
      if (bytes < NEARLY * (files - 1) * maxSize) return false;
      const seen = bytes / Math.max(1, at - oldest);
      const pace = watched && bytes >= TRACE * maxSize ? FASTEST : seen;
      return bytes + pace * (oldest - from) >= files * maxSize;
    },
  };
}

/** What a log that has not been read yet must begin with, if nothing of it is missing. */
export interface LogBeginning {
  /** What the engine says of the container before the read. */
  know(answer: Pick<Inspected, 'createdAt' | 'startedAt'>): void;
  /** After a first read that is complete: the span in which records may be missing, if there may be any. */
  missing(read: FirstRead, risks: LogRisks): { readonly from: number; readonly to: number } | undefined;
}

/** A container that is new is read from its beginning, any other from the floor (epoch milliseconds). */
export function logBeginning(floor: number | undefined): LogBeginning {
  /** Since when all that was stored has been there to be read. */
  let since = floor ?? 0;
  let watched = floor === undefined;
  let started = 0;
  return {
    know: ({ createdAt, startedAt }) => {
      since = Math.max(since, createdAt);
      watched ||= createdAt > (floor ?? 0);
      started = startedAt - START_SLACK;
    },
    missing: (read, risks) => {
      const { oldest } = read;
      if (oldest === undefined) {
        since = read.at;
        return undefined;
      }
      const from = started <= oldest ? Math.max(since, started) : since;
      return risks.rotating && read.mayHaveLost(from, risks, watched) ? { from, to: oldest } : undefined;
    },
  };
}
