import type { Line, Observation, Origin } from '../../model.ts';
import { nanosBelowMilli } from '../../time/timestamp.ts';
import { LONGEST_SKIMMED, type Skim } from '../skim.ts';
import { stampReader } from '../docker/stamp.ts';
import { REORDERED } from './reorder.ts';
import { isPlausible } from './stamp-keeper.ts';

/** A pause (milliseconds) that may end the entry above: what comes after it is a run of its own. */
const PAUSE = 1_000;

/** Docker's timestamp, `2025-12-17T16:06:14.123456789Z`, and the blank behind it. */
const STAMP = 30;
const STAMPED = 31;

/**
 * Tells the harmless lines of one log, most of any, as runs: nothing is made of such a line but a count. Only lines in
 * order are taken, so that one that came too late can still be put in its place; a run is no longer than what may be
 * out of order. The place that this is called from is the hot path of a replay.
 */
export interface QuietRuns {
  /** Takes the line from `from` to `end` into the run if it is harmless and in order; otherwise ends the run. */
  take(bytes: Buffer, from: number, end: number, push: (run: Observation) => void): boolean;
  /** A line that has not been taken: what follows must not be older. */
  note(line: Line): void;
  /** Ends the run. */
  close(push: (run: Observation) => void): void;
}

export function quietRuns(origin: Origin, skim: Skim): QuietRuns {
  const stamps = stampReader();
  let newest = -Infinity;
  /** Nanoseconds of the newest line; below 0 they have not been read yet, and stand at `place` in `source`. */
  let nanos = 0;
  let source: Buffer = Buffer.alloc(0);
  let place = 0;
  let lines = 0;
  let first = 0;
  return { take, note, close };

  function take(bytes: Buffer, from: number, end: number, push: (run: Observation) => void): boolean {
    const length = end - from;
    const at = isStamp(bytes, from) ? stamps.ms(bytes, from, from + STAMP) : NaN;
    if (
      length < STAMPED ||
      length > LONGEST_SKIMMED ||
      !isPlausible(at) ||
      at < newest ||
      (at === newest && nanosAt(bytes, from) < newestNanos()) ||
      !skim(bytes, from + STAMPED, end)
    ) {
      close(push);
      return false;
    }
    if (lines === REORDERED || at - newest > PAUSE) close(push);
    if (lines === 0) first = at;
    lines++;
    newest = at;
    nanos = -1;
    source = bytes;
    place = from;
    return true;
  }

  function note({ at, ts }: Line): void {
    if (at < newest) return;
    const below = nanosBelowMilli(ts);
    nanos = at > newest ? below : Math.max(newestNanos(), below);
    newest = at;
  }

  function newestNanos(): number {
    if (nanos < 0) nanos = nanosAt(source, place);
    return nanos;
  }

  function close(push: (run: Observation) => void): void {
    if (lines === 0) return;
    // Read while the bytes are good.
    newestNanos();
    push({ type: 'quiet', origin, lines, from: first, at: newest });
    lines = 0;
  }
}

/** Whether Docker's own form of timestamp stands at `from`, with a blank behind it. */
function isStamp(bytes: Buffer, from: number): boolean {
  return (
    bytes[from + STAMP] === 0x20 &&
    bytes[from + 29] === 0x5a &&
    bytes[from + 19] === 0x2e &&
    bytes[from + 10] === 0x54 &&
    bytes[from + 4] === 0x2d &&
    bytes[from + 7] === 0x2d &&
    bytes[from + 13] === 0x3a &&
    bytes[from + 16] === 0x3a
  );
}

/** The nanoseconds below the millisecond of the timestamp that stands at `from`. */
function nanosAt(bytes: Buffer, from: number): number {
  let nanos = 0;
  for (let i = from + 23; i < from + 29; i++) nanos = nanos * 10 + (bytes[i] ?? 0) - 48;
  return nanos;
}
