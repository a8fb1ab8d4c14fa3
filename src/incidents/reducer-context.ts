import type { Effect, EffectKind, IncidentState, NotificationType, TallyAt, Transition } from '../model.ts';
import type { Policy } from './policy.ts';
import type { CoreState, CountedPart, Incident, KeyState } from './state.ts';
import { compose } from './story.ts';
import { toldNow } from './told.ts';

/** A transition with the incident it belongs to. */
export interface Move extends Transition {
  readonly incident: string;
  readonly key: string;
}

/** An incident as it stood when it was closed. */
export type Closed = Omit<Incident, 'state'> & { readonly state: 'closed' };

/** What one input led to. `incidents` are those that made a transition, as they are now. */
export interface Step {
  readonly state: CoreState;
  readonly effects: readonly Effect[];
  readonly transitions: readonly Move[];
  readonly incidents: readonly (Incident | Closed)[];
}

/**
 * One call of the reducer while it works: the state so far, and the effects it has requested. Local to the call; the
 * states themselves are never changed, only replaced.
 */
export interface ReducerContext {
  readonly policy: Policy;
  readonly tally: TallyAt;
  state: CoreState;
  readonly effects: Effect[];
  readonly transitions: Move[];
  readonly incidents: Map<string, Incident | Closed>;
}

/** A context that starts from a state. */
export function contextOf(state: CoreState, tally: TallyAt, policy: Policy): ReducerContext {
  return { policy, tally, state, effects: [], transitions: [], incidents: new Map() };
}

/** The result of a context. */
export function stepOf({ state, effects, transitions, incidents }: ReducerContext): Step {
  return { state, effects, transitions, incidents: [...incidents.values()] };
}

/** The incident of a key as it is now, if there is one that is not closed. */
export function incidentOf({ state }: ReducerContext, key: string): Incident | undefined {
  return state.keys[key]?.incident;
}

/** Puts the incident into the state of its key, with its evidence spent up to `watermark` if that is later. */
export function save(context: ReducerContext, incident: Incident, watermark = 0): Incident {
  const known = context.state.keys[incident.key]?.watermark ?? 0;
  setKey(context, incident.key, { watermark: Math.max(known, watermark), incident });
  return incident;
}

/** Moves an incident to a state, with the reason that the log, the report and `incidents show` carry. */
export function transition(
  context: ReducerContext,
  incident: Incident,
  to: Incident['state'],
  reason: string,
): Incident {
  const at = context.state.now;
  const moved: Incident = {
    ...incident,
    state: to,
    since: to === incident.state ? incident.since : at,
    timeline: noted(context, incident, to, reason),
  };
  context.incidents.set(moved.id, moved);
  return save(context, moved);
}

/** Closes a resolved incident: its key is healthy again. */
export function close(context: ReducerContext, incident: Incident, reason: string): void {
  const closed: Closed = {
    ...incident,
    state: 'closed',
    since: context.state.now,
    timeline: noted(context, incident, 'closed', reason),
  };
  context.incidents.set(closed.id, closed);
  setKey(context, incident.key, { watermark: context.state.keys[incident.key]?.watermark ?? 0 });
}

/** Changes an incident without a transition. */
export function update(context: ReducerContext, incident: Incident, change: Partial<Incident>): Incident {
  const changed = { ...incident, ...change };
  if (context.incidents.has(changed.id)) context.incidents.set(changed.id, changed);
  return save(context, changed);
}

/** Emits a notification of a type that an incident may have several of, numbered: `<incident>:<part>:<n>`. */
export function emitNext(
  context: ReducerContext,
  incident: Incident,
  part: CountedPart,
  kinds: readonly EffectKind[],
): Incident {
  const n = incident.counters[part] + 1;
  const counted = update(context, incident, {
    ...toldNow(context.state, incident, kinds, context.tally, context.policy),
    counters: { ...incident.counters, [part]: n },
  });
  emitEffect(context, counted, part, `${part}:${n}`, kinds);
  return counted;
}

/**
 * Requests a notification or a heal, with everything that is known of the incident now. An alert's id is
 * `<incident>:<name>`, a report section's has `:report` after it, a heal's `:run`: the same over every retry, and no
 * two alike.
 */
export function emitEffect(
  context: ReducerContext,
  incident: Incident,
  part: NotificationType,
  name: string,
  kinds: readonly EffectKind[],
): void {
  const story = compose(context.state, incident, part, context.tally, context.policy);
  for (const kind of kinds) {
    const id = `${incident.id}:${name}${SUFFIX[kind]}`;
    context.effects.push({ type: 'effect', kind, id, part, at: context.state.now, story });
  }
}

const SUFFIX: Readonly<Record<EffectKind, string>> = { alert: '', report: ':report', heal: ':run' };

/** How many transitions of an incident are kept: the first few and the latest. */
const TIMELINE = { first: 20, latest: 180 };

function noted(
  context: ReducerContext,
  incident: Incident,
  to: IncidentState,
  reason: string,
): readonly Transition[] {
  const step: Transition = { at: context.state.now, from: incident.state, to, reason };
  context.transitions.push({ ...step, incident: incident.id, key: incident.key });
  return timelineWith(incident.timeline, step);
}

/** A timeline with one more step; of a long one the middle is dropped. */
export function timelineWith(timeline: readonly Transition[], step: Transition): readonly Transition[] {
  return timeline.length < TIMELINE.first + TIMELINE.latest
    ? [...timeline, step]
    : [...timeline.slice(0, TIMELINE.first), ...timeline.slice(TIMELINE.first + 1), step];
}

function setKey(context: ReducerContext, key: string, value: KeyState): void {
  context.state = { ...context.state, keys: { ...context.state.keys, [key]: value } };
}
