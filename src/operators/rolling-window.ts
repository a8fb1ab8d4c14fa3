import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { KINDS, type Evidence, type Signal, type Tally } from '../model.ts';
import type { SettableClock } from '../time/live-clock.ts';
import {
  type Bucket,
  containerCounts,
  costOf,
  emptyBucket,
  groupKey,
  openGroup,
  type OpenGroup,
  type SavedBucket,
  toSaved,
  zero,
} from './window-bucket.ts';
import { tallyOf } from './window-tally.ts';

export type { SavedBucket };
export { zero };

/** How a window is cut and how much detail it keeps. Durations in milliseconds. */
export interface WindowOptions {
  readonly length: number;
  readonly bucket?: number;
  /**
   * A signal whose time is further ahead of the clock than this counts as of now: a wrong clock must not push the
   * present out of the ring.
   */
  readonly maxAhead?: number;
  /**
   * Distinct groups kept in one bucket; signals of further ones are counted, but not listed. As many again are kept for
   * critical ones alone.
   */
  readonly maxGroups?: number;
  /** How many bytes the messages may take in all; of the oldest beyond that only the counts are kept. */
  readonly maxBytes?: number;
}

/** How much the messages of a window may take by default, in bytes; the store takes as much again. */
const MAX_BYTES = 8 * 1_024 * 1_024;

/**
 * The rolling tally that people see: counts per host and per container over the last `length` of event time, in
 * ring-shaped buckets, so that a signal costs the same however many there are. Membership is decided by the signal's
 * own time: a late one counts in its own bucket while that is inside the window; one from the future is clamped to
 * the moment it is seen and counted in `clamped`. The breach itself is not decided here, but on exact timestamps.
 */
export class RollingWindow {
  /** Signals whose time lay in the future, and signals too old to count. */
  clamped = 0;
  late = 0;
  /** Groups of messages that are only counted any more, for lack of room. */
  forgotten = 0;
  readonly #length: number;
  readonly #width: number;
  readonly #maxAhead: number;
  readonly #maxGroups: number;
  readonly #maxBytes: number;
  #bytes = 0;
  readonly #ring: (Bucket | undefined)[];
  readonly #changed = new Set<number>();
  readonly #stored = new Set<number>();

  constructor(options: WindowOptions, saved: readonly SavedBucket[] = []) {
    this.#length = options.length;
    this.#width = options.bucket ?? 10_000;
    this.#maxAhead = options.maxAhead ?? 5_000;
    this.#maxGroups = options.maxGroups ?? 64;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#ring = new Array<Bucket | undefined>(Math.ceil(this.#length / this.#width) + 1);
    for (const bucket of saved) this.#restore(bucket);
  }

  /** Counts one signal as seen at `now` (epoch milliseconds). */
  add(signal: Signal, now: number): void {
    let at = signal.at;
    if (at > now + this.#maxAhead) {
      at = now;
      this.clamped += 1;
    }
    if (at <= now - this.#length) {
      this.late += 1;
      return;
    }
    const bucket = this.#bucketAt(at);
    if (bucket === undefined) {
      this.late += 1;
      return;
    }
    bucket.counts[signal.kind] += 1;
    containerCounts(bucket, signal.container)[signal.kind] += 1;
    this.#group(bucket, signal, at);
    this.#changed.add(bucket.start);
  }

  /** The window as it stands at `now`: every bucket that still reaches into it, and beyond `since`. */
  tally(now: number, since = -Infinity): Tally {
    return tallyOf(
      now,
      [...this.#live(now)].filter(({ start }) => start + this.#width > since),
    );
  }

  /** Buckets touched since the last call, and the starts of stored ones that no longer count: for the store. */
  takeChanges(now: number): {
    readonly buckets: readonly SavedBucket[];
    readonly dropped: readonly number[];
  } {
    const oldest = this.#startOf(now - this.#length);
    const dropped = [...this.#stored].filter(
      (start) => start < oldest || this.#ring[this.#slot(start)]?.start !== start,
    );
    for (const start of dropped) this.#stored.delete(start);
    const buckets: SavedBucket[] = [];
    for (const start of this.#changed) {
      const bucket = this.#ring[this.#slot(start)];
      if (bucket?.start !== start || start < oldest) continue;
      buckets.push(toSaved(bucket));
      this.#stored.add(start);
    }
    this.#changed.clear();
    return { buckets, dropped };
  }

  /** Moves everything that is kept by so many milliseconds, to the nearest bucket: the clock has been set. */
  rebase(by: number): void {
    const steps = Math.round(by / this.#width) * this.#width;
    const kept = this.#ring.filter((bucket) => bucket !== undefined);
    this.#ring.fill(undefined);
    this.#changed.clear();
    for (const bucket of kept) {
      bucket.start += steps;
      for (const group of bucket.groups.values()) {
        group.first += steps;
        group.last += steps;
      }
      this.#ring[this.#slot(bucket.start)] = bucket;
      this.#changed.add(bucket.start);
    }
  }

  *#live(now: number): Generator<Bucket> {
    const oldest = this.#startOf(now - this.#length);
    const alive = this.#ring.filter(
      (bucket) => bucket !== undefined && bucket.start >= oldest && bucket.start <= now + this.#maxAhead,
    );
    alive.sort((a, b) => (a?.start ?? 0) - (b?.start ?? 0));
    for (const bucket of alive) if (bucket !== undefined) yield bucket;
  }

  #bucketAt(at: number): Bucket | undefined {
    const start = this.#startOf(at);
    const slot = this.#slot(start);
    const found = this.#ring[slot];
    if (found?.start === start) return found;
    if (found !== undefined && found.start > start) return undefined;
    this.#bytes -= found?.bytes ?? 0;
    const fresh = emptyBucket(start);
    this.#ring[slot] = fresh;
    return fresh;
  }

  #group(bucket: Bucket, signal: Signal, at: number): void {
    const key = groupKey(signal);
    const known = bucket.groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.first = Math.min(known.first, at);
      known.last = Math.max(known.last, at);
    } else if (bucket.groups.size < this.#maxGroups * (signal.kind === 'critical' ? 2 : 1)) {
      const before = this.#ring[this.#slot(bucket.start - this.#width)];
      this.#keep(bucket, key, openGroup(signal, at, before?.groups.get(key)));
    }
  }

  /** Keeps a group, at the cost of the oldest ones if there is no room: what happens now is what has to be told. */
  #keep(bucket: Bucket, key: string, group: OpenGroup): void {
    const cost = costOf(group);
    bucket.groups.set(key, group);
    bucket.bytes += cost;
    this.#bytes += cost;
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#oldestBut(bucket);
      if (oldest === undefined) break;
      this.forgotten += oldest.groups.size;
      oldest.groups.clear();
      this.#bytes -= oldest.bytes;
      oldest.bytes = 0;
      this.#changed.add(oldest.start);
    }
  }

  #oldestBut(current: Bucket): Bucket | undefined {
    let oldest: Bucket | undefined;
    for (const bucket of this.#ring)
      if (bucket !== undefined && bucket !== current && bucket.bytes > 0)
        if (oldest === undefined || bucket.start < oldest.start) oldest = bucket;
    return oldest;
  }

  #restore(saved: SavedBucket): void {
    this.#stored.add(saved.start);
    const bucket = this.#bucketAt(saved.start);
    if (bucket === undefined) return;
    for (const [name, own] of Object.entries(saved.containers)) {
      bucket.containers.set(name, { ...own });
      for (const kind of KINDS) bucket.counts[kind] += own[kind];
    }
    for (const group of saved.groups) this.#keep(bucket, groupKey(group), { ...group });
  }

  #startOf(at: number): number {
    return Math.floor(at / this.#width) * this.#width;
  }

  #slot(start: number): number {
    return (start / this.#width) % this.#ring.length;
  }
}

/**
 * Counts every signal that passes, at the time of the clock, and lets everything through unchanged. When the clock has been
 * set back, so is the window.
 */
export function rollingWindow(
  window: RollingWindow,
  clock: Pick<SettableClock, 'now' | 'setBack'>,
): MonoTypeOperatorFunction<readonly Evidence[]> {
  let back = clock.setBack?.() ?? 0;
  return tap((batch) => {
    const now = clock.now();
    const total = clock.setBack?.() ?? 0;
    if (total !== back) window.rebase(back - total);
    back = total;
    for (const item of batch) if (item.type === 'signal') window.add(item, now);
  });
}
