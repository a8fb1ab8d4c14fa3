import { formatDuration } from '../../time/duration.ts';
import type { Counts, Group, HealRecord, Kind, IncidentSnapshot } from '../../model.ts';

const SINGULAR: Readonly<Record<Kind, string>> = {
  critical: 'critical event',
  error: 'error',
  warning: 'warning',
  restart: 'restart',
};

/** `1 error`, `1204 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `332 critical events, 10 errors`: the kinds that occurred, worst first. */
export function countsInWords(counts: Counts): string {
  const parts = (['critical', 'error', 'restart', 'warning'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => counted(counts[kind], SINGULAR[kind]));
  return parts.join(', ');
}

/** `16:18:07 UTC`. Messages are read by people in other places than the host: UTC is the time they share. */
export function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}

/** `2025-12-17 16:18:07 UTC`. */
export function dateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The containers that weigh most, worst first, with what they counted. */
export function worstContainers(
  story: IncidentSnapshot,
): readonly (readonly [container: string, counts: Counts])[] {
  return Object.entries(story.containers)
    .filter(([, counts]) => weight(counts) > 0)
    .sort(([nameA, a], [nameB, b]) => weight(b) - weight(a) || compare(nameA, nameB));
}

/** The messages that weigh most: critical before error before the rest, then by how often they came. */
export function worstGroups(story: IncidentSnapshot): readonly Group[] {
  const rank: Readonly<Record<Kind, number>> = { critical: 0, error: 1, restart: 2, warning: 3 };
  return [...story.groups].sort(
    (a, b) =>
      rank[a.kind] - rank[b.kind] ||
      b.count - a.count ||
      a.first - b.first ||
      compare(a.container + a.fingerprint, b.container + b.fingerprint),
  );
}

/** The result of one heal: `attempt 1: ok, exit code 0, took 30s`. */
export function healInWords(heal: HealRecord): string {
  if (heal.ended === undefined) return `attempt ${heal.attempt}: running since ${clockTime(heal.started)}`;
  const code = heal.exitCode === undefined ? '' : `, exit code ${heal.exitCode}`;
  return `attempt ${heal.attempt}: ${heal.result ?? 'unknown'}${code}, took ${formatDuration(heal.ended - heal.started)}`;
}

function weight(counts: Counts): number {
  return counts.critical + counts.error + counts.restart;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
