import type {
  Breach,
  NotificationType,
  Group,
  IncidentSnapshot,
  Kind,
  Note,
  Sample,
  Tally,
  TallyAt,
} from '../model.ts';
import { KINDS } from '../model.ts';
import { reasonText } from './rules.ts';
import { isLimit } from './rules/limits.ts';
import { askFor } from './ask.ts';
import { decidingOf } from './deciding.ts';
import { decisionCount, floorOf } from './evidence.ts';
import type { Counted } from './evidence.ts';
import { allOf, untilOf } from './silences.ts';
import { notesFor } from './notes.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident } from './state.ts';

/** Everything a message or a report section says about an incident at this moment. */
export function compose(
  state: CoreState,
  incident: Incident,
  part: NotificationType,
  tallyAt: TallyAt,
  policy: Policy,
): IncidentSnapshot {
  const tally = tallyAt(state.now);
  const { breaches, deciding } = decidingOf(state, incident, tallyAt, policy);
  return {
    incident: incident.id,
    key: incident.key,
    openedAt: incident.openedAt,
    at: state.now,
    state: incident.state,
    reason: reasonText(breaches),
    breaches,
    deciding,
    counts: tally.counts,
    window: policy.config.window,
    containers: Object.fromEntries(tally.containers),
    ...groupsShown(tally.groups),
    samples: samplesOf(tally, breaches, deciding.groups),
    timeline: incident.timeline,
    heals: incident.heals,
    gaps: state.gaps,
    ...notesShown(notesFor(state, incident)),
    ...silencesShown(state, policy),
    foundAtStart: incident.foundAtStart,
    ask: askFor(part, state, incident, policy),
  };
}

function notesShown(notes: readonly Note[]): Pick<IncidentSnapshot, 'notes'> {
  return notes.length === 0 ? {} : { notes };
}

function silencesShown(state: CoreState, policy: Policy): Pick<IncidentSnapshot, 'silenced'> {
  const silenced = allOf(state, policy).flatMap((silence) => {
    const count = state.hidden?.[silence.id]?.count ?? 0;
    const { id, why } = silence;
    return count > 0 && untilOf(silence, state.now) !== undefined ? [{ id, why, count }] : [];
  });
  return silenced.length === 0 ? {} : { silenced };
}

/** As many groups as are shown anywhere: `incidents.jsonl` has the most. */
const GROUPS_SHOWN = 50;

/** Which kinds come first where not every group can be shown. */
const ORDER: readonly Kind[] = ['critical', 'error', 'restart', 'warning'];

/** A snapshot is stored: the groups that weigh most, and how many more there were. */
function groupsShown(groups: readonly Group[]): Pick<IncidentSnapshot, 'groups' | 'otherGroups'> {
  if (groups.length <= GROUPS_SHOWN) return { groups };
  const shown = ORDER.flatMap((kind) => groups.filter((group) => group.kind === kind)).slice(0, GROUPS_SHOWN);
  return { groups: shown, otherGroups: groups.length - shown.length };
}

/** Lines worth quoting of each kind. */
const SAMPLES = 10;

/** Of the kinds that decided only the lines that did. Beside the three limits stays what else the window holds. */
function samplesOf(
  tally: Tally,
  breaches: readonly Breach[],
  groups: IncidentSnapshot['groups'],
): IncidentSnapshot['samples'] {
  const decided = new Set(breaches.flatMap(({ kinds }) => kinds));
  const beside = breaches.some(({ rule }) => isLimit(rule));
  const pick = (kind: Kind): readonly Sample[] =>
    groups
      .filter((group) => group.kind === kind)
      .slice(0, SAMPLES)
      .map(({ first, container, sample }) => ({ at: first, container, text: sample }));
  const samples = KINDS.map(
    (kind) => [kind, decided.has(kind) ? pick(kind) : beside ? tally.samples[kind] : []] as const,
  );
  return { ...tally.samples, ...Object.fromEntries(samples) };
}

/** A limit as a breach, with the count that decides. */
export function breachOf(state: CoreState, counted: Counted): Breach {
  const { rule, slot } = counted;
  return {
    rule: rule.name,
    kinds: rule.kinds,
    count: decisionCount(state, counted),
    limit: slot.limit,
    since: floorOf(state, counted),
    ...(slot.container !== undefined && { container: slot.container }),
  };
}
