import { counted, utcTime } from '../../text/plain.ts';
import { formatDuration } from '../../time/duration.ts';
import type { Counts, Group, HealRecord, Kind, IncidentSnapshot } from '../../model.ts';

const SINGULAR: Readonly<Record<Kind, string>> = {
  critical: 'critical event',
  error: 'error',
  warning: 'warning',
  restart: 'restart',
};

/** `332 critical events, 10 errors`: the kinds that occurred, worst first. */
export function countsInWords(counts: Counts): string {
  const parts = (['critical', 'error', 'restart', 'warning'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => counted(counts[kind], SINGULAR[kind]));
  return parts.join(', ');
}

/** What an incident was opened by: a limit, a state of a container or an engine, or what is wrong with the host itself. */
export function openingOf({
  breaches,
  state,
}: IncidentSnapshot): 'limit' | 'state' | 'storage' | 'clock' | 'silence' {
  if (state === 'holding') {
    const [first, ...others] = new Set(breaches.map(({ rule }) => rule));
    return others.length === 0 && (first === 'storage' || first === 'clock') ? first : 'state';
  }
  return breaches.length > 0 && breaches.every(({ rule }) => rule === 'silence') ? 'silence' : 'limit';
}

/** A container with what counts of it. */
export type Counted = readonly [container: string, counts: Counts];

/**
 * The containers that the incident is about, the most telling first. Where that was not noted (a story of version 0.1.0)
 * all that counted.
 */
export function subjectsOf(story: IncidentSnapshot): readonly Counted[] {
  return story.deciding === undefined
    ? worstContainers(story)
    : story.deciding.containers.map(({ container, counts }) => [container, counts]);
}

/** The messages that the incident is about, the most telling first; as above. */
export function subjectGroups(story: IncidentSnapshot): readonly Group[] {
  return story.deciding?.groups ?? worstGroups(story);
}

/** All that counted in the window: the subjects first, then by the worst that each has counted. */
export function worstContainers(story: IncidentSnapshot): readonly Counted[] {
  const subjects = story.deciding?.containers.map(({ container }) => container) ?? [];
  const place = (name: string): number =>
    subjects.includes(name) ? subjects.indexOf(name) : subjects.length;
  return Object.entries(story.containers)
    .filter(([, { critical, error, restart }]) => critical + error + restart > 0)
    .sort(([nameA, a], [nameB, b]) => place(nameA) - place(nameB) || byWorst(a, b) || compare(nameA, nameB));
}

/** All messages of the window: those that decided first, then criticals, restarts, errors, warnings, by number. */
export function worstGroups(story: IncidentSnapshot): readonly Group[] {
  const decided = new Set((story.deciding?.groups ?? []).map(idOf));
  const rank: Readonly<Record<Kind, number>> = { critical: 0, restart: 1, error: 2, warning: 3 };
  return [...story.groups].sort(
    (a, b) =>
      Number(decided.has(idOf(b))) - Number(decided.has(idOf(a))) ||
      rank[a.kind] - rank[b.kind] ||
      b.count - a.count ||
      a.first - b.first ||
      compare(a.container + a.fingerprint, b.container + b.fingerprint),
  );
}

/** The result of one heal: `attempt 1: ok, exit code 0, took 30s`. */
export function healInWords(heal: HealRecord): string {
  if (heal.ended === undefined) return `attempt ${heal.attempt}: running since ${utcTime(heal.started)}`;
  const code = heal.exitCode === undefined ? '' : `, exit code ${heal.exitCode}`;
  return `attempt ${heal.attempt}: ${heal.result ?? 'unknown'}${code}, took ${formatDuration(heal.ended - heal.started)}`;
}

function byWorst(a: Counts, b: Counts): number {
  return b.critical - a.critical || b.restart - a.restart || b.error - a.error || b.warning - a.warning;
}

function idOf({ kind, container, fingerprint }: Group): string {
  return `${kind}\n${container}\n${fingerprint}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
