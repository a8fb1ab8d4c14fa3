import type { Breach, Counts, Group, Kind, NotificationType, IncidentSnapshot, Tally } from '../model.ts';
import { containerMatches, reasonText } from './rules.ts';
import { askFor } from './ask.ts';
import { breachedOf, countedFor, decisionCount } from './evidence.ts';
import type { Counted } from './evidence.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident } from './state.ts';

/** Everything a message or a report section says about an incident at this moment. */
export function compose(
  state: CoreState,
  incident: Incident,
  part: NotificationType,
  tally: Tally,
  policy: Policy,
): IncidentSnapshot {
  const shown = breachesShown(state, incident.key, tally, policy);
  const breaches = shown.length > 0 ? shown : incident.breaches;
  return {
    incident: incident.id,
    key: incident.key,
    openedAt: incident.openedAt,
    at: state.now,
    state: incident.state,
    reason: reasonText(breaches),
    breaches,
    counts: tally.counts,
    containers: Object.fromEntries(tally.containers),
    ...groupsTold(tally.groups),
    samples: tally.samples,
    timeline: incident.timeline,
    heals: incident.heals,
    gaps: state.gaps,
    foundAtStart: incident.foundAtStart,
    ask: askFor(part, state, incident, policy),
  };
}

/** As many groups as are told anywhere: `incidents.jsonl` has the most. */
const GROUPS_TOLD = 50;

/** Which kinds come first where not every group can be told. */
const ORDER: readonly Kind[] = ['critical', 'error', 'restart', 'warning'];

/** A story is stored, for every message that tells it: the groups that weigh most, and how many more there were. */
function groupsTold(groups: readonly Group[]): Pick<IncidentSnapshot, 'groups' | 'otherGroups'> {
  if (groups.length <= GROUPS_TOLD) return { groups };
  const told = ORDER.flatMap((kind) => groups.filter((group) => group.kind === kind)).slice(0, GROUPS_TOLD);
  return { groups: told, otherGroups: groups.length - told.length };
}

/** The limits of a key that the shown counts reach now, and those that are breached whatever the shown counts are. */
export function breachesShown(
  state: CoreState,
  key: string,
  tally: Tally,
  policy: Policy,
): readonly Breach[] {
  const breached = breachedOf(state, policy, key).map(({ slot }) => slot);
  return countedFor(state, policy, key)
    .map((counted) => ({ ...breachOf(state, counted), count: shownCount(state, counted, tally, policy) }))
    .filter(
      (breach) =>
        breach.count >= breach.limit ||
        breached.some(({ rule, container }) => rule === breach.rule && container === breach.container),
    );
}

/** A limit as a breach, with the count that decides. */
export function breachOf(state: CoreState, counted: Counted): Breach {
  const { rule, slot } = counted;
  return {
    rule: rule.name,
    kinds: rule.kinds,
    count: decisionCount(state, counted),
    limit: slot.limit,
    ...(slot.container !== undefined && { container: slot.container }),
  };
}

/**
 * The count that people are shown: that of the tally where it counts the same as the limit does. The tally does not
 * know patterns, labels and windows other than its own; for those it is the decision count, which stops a little
 * beyond the limit.
 */
function shownCount(state: CoreState, counted: Counted, tally: Tally, policy: Policy): number {
  const { rule, slot } = counted;
  const decided = decisionCount(state, counted);
  const own =
    rule.pattern !== '' || Object.keys(rule.labels).length > 0 || rule.window !== policy.config.window;
  if (own) return decided;
  const sum = (counts: Counts | undefined): number =>
    rule.kinds.reduce((total, kind: Kind) => total + (counts?.[kind] ?? 0), 0);
  if (slot.container !== undefined) return Math.max(decided, sum(tally.containers.get(slot.container)));
  const apart = new Set(
    state.slots.flatMap(({ rule: name, container }) =>
      name === rule.name && container !== undefined ? [container] : [],
    ),
  );
  if (apart.size === 0 && rule.containers.length === 0) return Math.max(decided, sum(tally.counts));
  let total = 0;
  for (const [name, counts] of tally.containers) {
    if (!apart.has(name) && containerMatches(rule, name)) total += sum(counts);
  }
  return Math.max(decided, total);
}
