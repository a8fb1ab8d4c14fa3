import { KINDS, type Group, type Kind, type Sample, type Tally } from '../model.ts';
import { type Bucket, type OpenGroup, zero } from './window-bucket.ts';

/** What all these buckets have counted together, as it stands at `now` (epoch milliseconds). */
export function tallyOf(now: number, buckets: readonly Bucket[]): Tally {
  const counts = zero();
  const containers = new Map<string, Record<Kind, number>>();
  const groups = new Map<string, OpenGroup>();
  for (const bucket of buckets) {
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
  const sorted = [...groups.values()].sort(bySeverity);
  return { at: now, counts, containers, groups: sorted, samples: samplesOf(sorted) };
}

/** The worst kinds first, of one kind the most frequent first. */
export function bySeverity(a: Group, b: Group): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.count - a.count || a.first - b.first;
}

/** The lines worth quoting of each kind: one for each distinct message, the most frequent first. */
export function samplesOf(groups: readonly Group[]): Record<Kind, readonly Sample[]> {
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

const SAMPLES = 10;
