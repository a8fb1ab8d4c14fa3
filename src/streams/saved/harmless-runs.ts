import type { Line, Observation, Origin } from '../../model.ts';
import { nanosBelowMilli } from '../../time/timestamp.ts';
import type { Skim } from '../skim.ts';
import { REORDERED } from './reorder.ts';
import { STAMPED, stampedTimes } from './skimmed-lines.ts';

/** A pause (milliseconds) that may end the entry above: what comes after it is a run of its own. */
const PAUSE = 1_000;

/**
 * Tells the harmless lines of one log, most of any, as runs: nothing is made of such a line but a count. Only lines in
 * order are taken, so that one that came too late can still be put in its place; a run is no longer than what may be
 * out of order. The place that this is called from is the hot path of a replay.
 */
export interface QuietRuns {
  /** Takes the line from `from` to `end` into the run if it is harmless and in order; otherwise ends the run. */
  take(bytes: Buffer, from: number, end: number, push: (run: Observation) => void): boolean;
  /** The same for a line that has been skimmed before: `at` is its time, NaN if it is not plainly harmless. */
  takeSkimmed(bytes: Buffer, from: number, at: number, push: (run: Observation) => void): boolean;
  /** A line that has not been taken: what follows must not be older. */
  note(line: Line): void;
  /** Ends the run. */
  close(push: (run: Observation) => void): void;
}

export function quietRuns(origin: Origin, skim: Skim): QuietRuns {
  const timeOf = stampedTimes();
  let newest = -Infinity;
  /** Nanoseconds of the newest line; below 0 they have not been read yet, and stand at `place` in `source`. */
  let nanos = 0;
  let source: Buffer = Buffer.alloc(0);
  let place = 0;
  let lines = 0;
  let first = 0;
  return { take, takeSkimmed, note, close };

  function take(bytes: Buffer, from: number, end: number, push: (run: Observation) => void): boolean {
    const at = timeOf(bytes, from, end);
    return isInOrder(bytes, from, at) && skim(bytes, from + STAMPED, end)
      ? add(bytes, from, at, push)
      : refuse(push);
  }

  function takeSkimmed(bytes: Buffer, from: number, at: number, push: (run: Observation) => void): boolean {
    return isInOrder(bytes, from, at) ? add(bytes, from, at, push) : refuse(push);
  }

  /** False for NaN. */
  function isInOrder(bytes: Buffer, from: number, at: number): boolean {
    return at > newest || (at === newest && nanosAt(bytes, from) >= newestNanos());
  }

  function refuse(push: (run: Observation) => void): false {
    close(push);
    return false;
  }

  function add(bytes: Buffer, from: number, at: number, push: (run: Observation) => void): true {
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

/** The nanoseconds below the millisecond of the timestamp that stands at `from`. */
function nanosAt(bytes: Buffer, from: number): number {
  let nanos = 0;
  for (let i = from + 23; i < from + 29; i++) nanos = nanos * 10 + (bytes[i] ?? 0) - 48;
  return nanos;
}
