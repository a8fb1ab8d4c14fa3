import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import {
  KINDS,
  type Counts,
  type Evidence,
  type Group,
  type Kind,
  type Sample,
  type Signal,
  type Tally,
} from '../model.ts';

/** How a window is cut and how much detail it keeps. Durations in milliseconds. */
export interface WindowOptions {
  readonly length: number;
  readonly bucket?: number;
  /**
   * A signal whose time is further ahead of the clock than this counts as of now: a wrong clock must not push the
   * present out of the ring.
   */
  readonly maxAhead?: number;
  /** Distinct groups kept in one bucket; signals of further ones are counted, but not listed. */
  readonly maxGroups?: number;
}

/** One bucket as it is stored: plain JSON. */
export interface SavedBucket {
  readonly start: number;
  readonly containers: Readonly<Record<string, Counts>>;
  readonly groups: readonly Group[];
}

interface Bucket {
  start: number;
  readonly counts: Record<Kind, number>;
  readonly containers: Map<string, Record<Kind, number>>;
  readonly groups: Map<string, { -readonly [K in keyof Group]: Group[K] }>;
}

const SAMPLES = 10;
const SAMPLE_CHARS = 2_000;

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
  readonly #length: number;
  readonly #width: number;
  readonly #maxAhead: number;
  readonly #maxGroups: number;
  readonly #ring: (Bucket | undefined)[];
  readonly #changed = new Set<number>();
  readonly #stored = new Set<number>();

  constructor(options: WindowOptions, saved: readonly SavedBucket[] = []) {
    this.#length = options.length;
    this.#width = options.bucket ?? 10_000;
    this.#maxAhead = options.maxAhead ?? 5_000;
    this.#maxGroups = options.maxGroups ?? 64;
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
    const counts = zero();
    const containers = new Map<string, Record<Kind, number>>();
    const groups = new Map<string, { -readonly [K in keyof Group]: Group[K] }>();
    for (const bucket of this.#live(now)) {
      if (bucket.start + this.#width <= since) continue;
      for (const kind of KINDS) counts[kind] += bucket.counts[kind];
      for (const [name, own] of bucket.containers) {
        const sum = containers.get(name) ?? zero();
        for (const kind of KINDS) sum[kind] += own[kind];
        containers.set(name, sum);
      }
      for (const [key, group] of bucket.groups) {
        const sum = groups.get(key);
        if (sum === undefined) groups.set(key, { ...group });
        else {
          sum.count += group.count;
          sum.first = Math.min(sum.first, group.first);
          sum.last = Math.max(sum.last, group.last);
        }
      }
    }
    const sorted = [...groups.values()].sort(
      (a, b) => severity(a) - severity(b) || b.count - a.count || a.first - b.first,
    );
    return { at: now, counts, containers, groups: sorted, samples: samplesOf(sorted) };
  }

  /** Buckets touched since the last call, and the starts of stored ones that no longer count: for the store. */
  takeChanges(now: number): {
    readonly buckets: readonly SavedBucket[];
    readonly dropped: readonly number[];
  } {
    const oldest = this.#startOf(now - this.#length);
    const dropped = [...this.#stored].filter((start) => start < oldest);
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
    const fresh: Bucket = { start, counts: zero(), containers: new Map(), groups: new Map() };
    this.#ring[slot] = fresh;
    return fresh;
  }

  #group(bucket: Bucket, signal: Signal, at: number): void {
    const key = `${signal.kind}\0${signal.container}\0${signal.fingerprint}`;
    const known = bucket.groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.first = Math.min(known.first, at);
      known.last = Math.max(known.last, at);
    } else if (bucket.groups.size < this.#maxGroups) {
      const { kind, container } = signal;
      bucket.groups.set(key, {
        kind,
        container,
        fingerprint: copied(signal.fingerprint),
        sample: copied(signal.text.slice(0, SAMPLE_CHARS)),
        count: 1,
        first: at,
        last: at,
      });
    }
  }

  #restore(saved: SavedBucket): void {
    this.#stored.add(saved.start);
    const bucket = this.#bucketAt(saved.start);
    if (bucket === undefined) return;
    for (const [name, own] of Object.entries(saved.containers)) {
      bucket.containers.set(name, { ...own });
      for (const kind of KINDS) bucket.counts[kind] += own[kind];
    }
    for (const group of saved.groups) {
      bucket.groups.set(`${group.kind}\0${group.container}\0${group.fingerprint}`, { ...group });
    }
  }

  #startOf(at: number): number {
    return Math.floor(at / this.#width) * this.#width;
  }

  #slot(start: number): number {
    return (start / this.#width) % this.#ring.length;
  }
}

/** Counts every signal that passes, at the time of the clock, and lets everything through unchanged. */
export function rollingWindow(
  window: RollingWindow,
  clock: { now(): number },
): MonoTypeOperatorFunction<readonly Evidence[]> {
  return tap((batch) => {
    for (const item of batch) if (item.type === 'signal') window.add(item, clock.now());
  });
}

/** No signal of any kind. */
export function zero(): Record<Kind, number> {
  return { critical: 0, error: 0, warning: 0, restart: 0 };
}

function containerCounts(bucket: Bucket, name: string): Record<Kind, number> {
  const known = bucket.containers.get(name);
  if (known !== undefined) return known;
  const fresh = zero();
  bucket.containers.set(name, fresh);
  return fresh;
}

function severity(group: Group): number {
  return KINDS.indexOf(group.kind);
}

/** The lines worth quoting of each kind: one for each distinct message, the most frequent first. */
function samplesOf(groups: readonly Group[]): Record<Kind, readonly Sample[]> {
  const pick = (kind: Kind): Sample[] =>
    groups
      .filter((group) => group.kind === kind)
      .slice(0, SAMPLES)
      .map(({ first, container, sample }) => ({ at: first, container, text: sample }));
  return {
    critical: pick('critical'),
    error: pick('error'),
    warning: pick('warning'),
    restart: pick('restart'),
  };
}

function toSaved(bucket: Bucket): SavedBucket {
  return {
    start: bucket.start,
    containers: Object.fromEntries(bucket.containers),
    groups: [...bucket.groups.values()],
  };
}

/** What is kept for as long as the window must not keep the whole text of which it may be a slice. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}
