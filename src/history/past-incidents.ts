import type { PastIncident } from '../learning/past.ts';
import type { IncidentSnapshot } from '../model.ts';
import { readHistory } from '../state/history.ts';

/** So many of the latest incidents are looked through: the state keeps no more. */
const MOST = 1_000;

/** The incidents of a state directory that were open within a span (epoch milliseconds), the oldest first. */
export function pastIncidents(dir: string, from: number, until: number): readonly PastIncident[] {
  return readHistory(dir, { limit: MOST }, until)
    .map(({ story }) => pastIncident(story))
    .filter(({ openedAt, resolvedAt }) => openedAt < until && (resolvedAt ?? Infinity) >= from)
    .toReversed();
}

/** What became of an incident, by the course that it took. */
export function pastIncident(story: IncidentSnapshot): PastIncident {
  const { incident, openedAt, reason, heals, timeline, deciding, groups } = story;
  const course = timeline.map(({ to }) => to);
  const last = timeline.findLast(({ to }) => to === 'resolved' || to === 'open' || to === 'escalated');
  const helped = course.filter((to, n) => {
    if (to !== 'settling') return false;
    const next = course.slice(n + 1).find((later) => ENDS.has(later));
    return next === 'resolved';
  });
  return {
    id: incident,
    openedAt,
    resolvedAt: last?.to === 'resolved' ? last.at : undefined,
    reason,
    heals: heals.length,
    helped: helped.length,
    escalated: course.includes('escalated'),
    messages: (deciding?.groups ?? groups)
      .toSorted((a, b) => b.count - a.count)
      .map(({ container, fingerprint }) => ({ container, fingerprint })),
  };
}

/** What a heal's effect is known by: the first of these states after it has settled. */
const ENDS: ReadonlySet<string> = new Set(['resolved', 'healing', 'escalated', 'open', 'cooldown', 'queued']);
