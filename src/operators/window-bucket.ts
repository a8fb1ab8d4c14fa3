import type { Counts, Group, Kind, Signal } from '../model.ts';

/** One bucket as it is stored: plain JSON. */
export interface SavedBucket {
  readonly start: number;
  readonly containers: Readonly<Record<string, Counts>>;
  readonly groups: readonly Group[];
}

/** A group that is still counted. */
export type OpenGroup = { -readonly [K in keyof Group]: Group[K] };

/** A stretch of the rolling window: what was counted in it, and its messages by what tells them apart. */
export interface Bucket {
  start: number;
  /** How much the messages take, as `costOf` has it. */
  bytes: number;
  readonly counts: Record<Kind, number>;
  readonly containers: Map<string, Record<Kind, number>>;
  readonly groups: Map<string, OpenGroup>;
}

export function emptyBucket(start: number): Bucket {
  return { start, bytes: 0, counts: zero(), containers: new Map(), groups: new Map() };
}

export function toSaved(bucket: Bucket): SavedBucket {
  return {
    start: bucket.start,
    containers: Object.fromEntries(bucket.containers),
    groups: [...bucket.groups.values()],
  };
}

/** No signal of any kind. */
export function zero(): Record<Kind, number> {
  return { critical: 0, error: 0, warning: 0, restart: 0 };
}

/** What one container has counted in a bucket, to be counted on. */
export function containerCounts(bucket: Bucket, name: string): Record<Kind, number> {
  const known = bucket.containers.get(name);
  if (known !== undefined) return known;
  const fresh = zero();
  bucket.containers.set(name, fresh);
  return fresh;
}

export function groupKey({
  kind,
  container,
  fingerprint,
}: Pick<Group, 'kind' | 'container' | 'fingerprint'>): string {
  return `${kind}\0${container}\0${fingerprint}`;
}

/** The first signal of a group. Equal text of a neighbour is shared with it, any other copied. */
export function openGroup(signal: Signal, at: number, neighbour: Group | undefined): OpenGroup {
  const { kind, container } = signal;
  const sample = signal.text.slice(0, SAMPLE_CHARS);
  return {
    kind,
    container,
    fingerprint: neighbour?.fingerprint ?? copied(signal.fingerprint),
    sample: neighbour?.sample === sample ? neighbour.sample : copied(sample),
    count: 1,
    first: at,
    last: at,
  };
}

/**
 * About how many bytes a group takes, in memory and in the store: V8 and UTF-8 both take one for most characters of most
 * languages' logs; wherever there is another one, two are taken for each.
 */
export function costOf({ sample, fingerprint, container }: Group): number {
  return OBJECT + bytesOf(sample) + 2 * bytesOf(fingerprint) + container.length;
}

const SAMPLE_CHARS = 2_000;

/** What a group takes beside its text: the object, its numbers, its place in a map; measured on Node 26. */
const OBJECT = 200;

function bytesOf(text: string): number {
  return /[^\0-\xff]/.test(text) ? 2 * text.length : text.length;
}

/** What is kept for as long as the window must not keep the whole text of which it may be a slice. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}
