import type { Breach, Counts, Deciding, Group, Kind, Share, Tally, TallyAt } from '../model.ts';
import { contributorsSince } from './contributors.ts';
import { countedFor, decisionCount } from './evidence.ts';
import type { Counted } from './evidence.ts';
import type { Policy } from './policy.ts';
import { hidesAnything, wasHidden } from './silences.ts';
import { patternMatches } from './rules.ts';
import type { CoreState, Incident } from './state.ts';
import { isState } from './states.ts';

/** Messages kept: what the incident journal shows at most. */
const GROUPS = 50;

/**
 * The breaches of an incident as they stand now, with whose evidence reached them, and that evidence: of the breached
 * rules' kinds, containers and pattern, and later than what was spent.
 */
export function decidingOf(
  state: CoreState,
  incident: Incident,
  tally: TallyAt,
  policy: Policy,
): { readonly breaches: readonly Breach[]; readonly deciding: Deciding } {
  const tallies = new Map<number, Tally>();
  const tallySince = (since: number): Tally => {
    const known = tallies.get(since);
    if (known !== undefined) return known;
    const fresh = tally(state.now, since);
    tallies.set(since, fresh);
    return fresh;
  };
  const counted = countedFor(state, policy, incident.key);
  const parts = incident.breaches.map((breach): Part => {
    const own = counted.find(({ slot }) => slot.rule === breach.rule && slot.container === breach.container);
    return own === undefined
      ? { breach, containers: new Map(), groups: [] }
      : partOf(state, breach, own, tallySince(breach.since ?? 0), policy);
  });
  const held = incident.breaches.filter(isState).flatMap(({ container }) => container ?? []);
  const containers = new Map<string, Counts>([...incident.subjects, ...held].map((name) => [name, zero]));
  for (const part of parts)
    for (const [name, counts] of part.containers)
      containers.set(
        name,
        each((kind) => Math.max(counts[kind], containers.get(name)?.[kind] ?? 0)),
      );
  return {
    breaches: parts.map(({ breach }) => breach),
    deciding: {
      counts: each((kind) => [...containers.values()].reduce((total, counts) => total + counts[kind], 0)),
      containers: [...containers]
        .map(([container, counts]) => ({ container, counts }))
        .sort((a, b) => byWeight(a.counts, b.counts) || byName(a.container, b.container)),
      groups: [...new Set(parts.flatMap(({ groups }) => groups))].sort(byTelling).slice(0, GROUPS),
      isLess: parts.some(({ breach }) => (breach.since ?? 0) > state.now - policy.config.window),
    },
  };
}

/** The count of one limit that people are shown, of evidence later than the breach's `since`. */
export function shownCount(
  state: CoreState,
  breach: Breach,
  counted: Counted,
  tally: TallyAt,
  policy: Policy,
): number {
  return partOf(state, { ...breach, count: 0 }, counted, tally(state.now, breach.since), policy).breach.count;
}

interface Part {
  readonly breach: Breach;
  readonly containers: ReadonlyMap<string, Counts>;
  readonly groups: readonly Group[];
}

/** One limit with the part of the window that reached it. */
function partOf(state: CoreState, breach: Breach, counted: Counted, tally: Tally, policy: Policy): Part {
  const { rule } = counted;
  const since = breach.since ?? 0;
  const names = new Set(contributorsSince(state, counted, since).map(({ container }) => container));
  const groups = tally.groups
    .filter(
      ({ kind, container, last, sample }) =>
        rule.kinds.includes(kind) && names.has(container) && last > since && patternMatches(rule, sample),
    )
    .filter((group) => !wasHidden(state, policy, rule.name, group));
  const isApart = rule.pattern !== '' || hidesAnything(state);
  const containers = new Map(
    [...names].map((name): [string, Counts] => [
      name,
      each((kind) => (rule.kinds.includes(kind) ? countOf(isApart, kind, name, groups, tally) : 0)),
    ]),
  );
  const from = [...containers]
    .map(([container, counts]): Share => ({ container, count: sumOf(counts) }))
    .sort((a, b) => b.count - a.count || byName(a.container, b.container));
  const seen = from.reduce((total, { count }) => total + count, 0);
  const decided = decisionCount(state, counted);
  // Some restarts that are seen are no evidence, as those by hand: only the core knows how many were.
  const count = Math.max(breach.count, rule.kinds.includes('restart') ? decided : Math.max(decided, seen));
  return { breach: { ...breach, count, ...(from.length > 0 && { from }) }, containers, groups };
}

/** How many signals of a kind a container has added; if some do not count, as far as its messages were kept apart. */
function countOf(isApart: boolean, kind: Kind, name: string, groups: readonly Group[], tally: Tally): number {
  if (!isApart) return tally.containers.get(name)?.[kind] ?? 0;
  return groups
    .filter((group) => group.container === name && group.kind === kind)
    .reduce((total, { count }) => total + count, 0);
}

const zero: Counts = { critical: 0, error: 0, warning: 0, restart: 0 };

function each(count: (kind: Kind) => number): Counts {
  return {
    critical: count('critical'),
    error: count('error'),
    warning: count('warning'),
    restart: count('restart'),
  };
}

function sumOf(counts: Counts): number {
  return counts.critical + counts.error + counts.warning + counts.restart;
}

/** Criticals before restarts before errors before warnings, whatever their numbers. */
function byWeight(a: Counts, b: Counts): number {
  return b.critical - a.critical || b.restart - a.restart || b.error - a.error || b.warning - a.warning;
}

const RANKS: Readonly<Record<Kind, number>> = { critical: 0, restart: 1, error: 2, warning: 3 };

function byTelling(a: Group, b: Group): number {
  return RANKS[a.kind] - RANKS[b.kind] || b.count - a.count || a.first - b.first;
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
