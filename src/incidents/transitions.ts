import type { Breach, NotificationType } from '../model.ts';
import { calmedDown } from './cooldown.ts';
import type { Decision } from './decide.ts';
import type { Incident } from './state.ts';
import { channels } from './channels.ts';
import { joined } from './breaches.ts';
import { isState, stillHolds } from './states.ts';
import { effectsOfRule, toldNow } from './told.ts';
import { transition, update, save, emitEffect, emitNext } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import { expectedFor, upAgain, withPresence } from './world.ts';

/**
 * T1: a limit of a healthy key is reached. It is announced `groupWait` later, and never later than that, whatever
 * joins. The numbers here and below are those of docs/reference/incident-transitions.md.
 */
export function open(context: ReducerContext, key: string, readBack: boolean): void {
  const reason = 'a limit is reached';
  begin(context, key, reason, (fresh) =>
    joined(context, {
      ...fresh,
      expected: expectedFor(context.state, context.policy, key),
      foundAtStart: readBack,
      readBack,
    }),
  );
}

/** T24: states alone open an incident, which expects nothing. */
export function openByState(context: ReducerContext, key: string, states: readonly Breach[]): void {
  begin(context, key, STATE_REACHED, (fresh) => withStates(context, fresh, states));
}

/** Why an incident begins, or comes back, that no limit has opened. */
const STATE_REACHED = 'something is not as it should be';

function begin(
  context: ReducerContext,
  key: string,
  reason: string,
  filled: (fresh: Incident) => Incident,
): void {
  const { now } = context.state;
  const seq = context.state.seq + 1;
  context.state = { ...context.state, seq, healing: calmedDown(context.state, context.policy.incident) };
  const id = `${compactUtc(now)}-${key}-${seq}`;
  const fresh: Incident = {
    id,
    key,
    state: 'open',
    openedAt: now,
    since: now,
    due: now,
    until: now + context.policy.incident.groupWait,
    announced: false,
    passive: false,
    relapsed: false,
    attempts: 0,
    broken: false,
    heals: [],
    effects: [],
    breaches: [],
    told: [],
    newsAt: 0,
    worseAt: 0,
    sent: [],
    subjects: [],
    sources: [],
    counters: { reopened: 0, escalated: 0, reminder: 0, resolved: 0, note: 0, news: 0 },
    expected: [],
    aliveSince: now,
    graceFrom: now,
    foundAtStart: false,
    readBack: false,
    decisionReason: '',
    acknowledged: false,
    reminderEvery: context.policy.incident.reminder,
    timeline: [],
  };
  const timeline = [{ at: now, from: 'healthy', to: 'open', reason }] as const;
  context.transitions.push({ ...timeline[0], incident: id, key });
  const opened = withPresence(context.state, filled({ ...fresh, timeline }));
  context.incidents.set(id, opened);
  save(context, opened);
}

/**
 * T17: a limit is reached again within `reopenWindow` of the recovery. The same incident goes on, or is escalated as
 * flapping.
 */
export function reopen(context: ReducerContext, incident: Incident, readBack: boolean): void {
  const { now } = context.state;
  context.state = { ...context.state, healing: calmedDown(context.state, context.policy.incident) };
  const again = withPresence(context.state, {
    ...upAgain(incident),
    expected: expectedFor(context.state, context.policy, incident.key),
    aliveSince: now,
    readBack,
    breaches: [],
    told: [],
    newsAt: 0,
    subjects: [],
    sources: [],
  });
  if (again.counters.reopened >= context.policy.incident.maxReopens) {
    const n = again.counters.reopened + 1;
    escalate(context, joined(context, again), `it has come back ${n} times: it is flapping`);
    return;
  }
  const reopened = transition(context, joined(context, again), 'open', 'a limit is reached again');
  update(context, reopened, {
    until: now + context.policy.incident.groupWait,
    announced: false,
    counters: { ...reopened.counters, reopened: reopened.counters.reopened + 1 },
  });
}

/** T24: states alone bring back an incident that has recovered; what a health check does is no flapping of the incident. */
export function reopenByState(context: ReducerContext, incident: Incident, states: readonly Breach[]): void {
  const { now } = context.state;
  const again = {
    ...upAgain(incident),
    expected: [],
    breaches: [],
    told: [],
    newsAt: 0,
    subjects: [],
    sources: [],
  };
  const reopened = transition(context, withStates(context, again, states), 'open', STATE_REACHED);
  update(context, reopened, {
    until: now + context.policy.incident.groupWait,
    announced: false,
    counters: { ...reopened.counters, reopened: reopened.counters.reopened + 1 },
  });
}

/** T24: a limit is reached as well: from here on the incident goes the way of those that a limit has opened. */
export function leaveHolding(context: ReducerContext, incident: Incident, readBack: boolean): void {
  const { now, healing } = context.state;
  context.state = { ...context.state, healing: calmedDown(context.state, context.policy.incident) };
  const { clearSince, ...others } = upAgain(incident);
  const isOld = clearSince !== undefined || now >= incident.since + context.policy.incident.reopenWindow;
  const again = withPresence(context.state, {
    ...others,
    ...(isOld && healing.running === undefined && { attempts: 0 }),
    expected: expectedFor(context.state, context.policy, incident.key),
    aliveSince: now,
    readBack,
    subjects: [],
    sources: [],
    newsAt: 0,
  });
  update(context, transition(context, joined(context, again), 'open', 'a limit is reached as well'), {
    until: now + context.policy.incident.groupWait,
    announced: false,
    wasHolding: true,
  });
}

function withStates({ policy }: ReducerContext, incident: Incident, states: readonly Breach[]): Incident {
  const effects = states.flatMap(({ rule }) => effectsOfRule(policy, rule));
  return { ...incident, breaches: [...incident.breaches, ...states], effects: [...new Set(effects)] };
}

/**
 * T2: announces the opening or the reopening, with every breach that has joined and with what was decided. The
 * message shows the incident as it will be after that decision, which `follow` carries out next.
 */
export function announce(context: ReducerContext, incident: Incident, decision: Decision): void {
  const { reopened, news } = incident.counters;
  const isNews = incident.wasHolding === true;
  const part: NotificationType = isNews ? 'news' : reopened === 0 ? 'opened' : 'reopened';
  const name = isNews ? `news:${news + 1}` : reopened === 0 ? part : `${part}:${reopened}`;
  const kinds = channels(incident, part);
  const told = update(context, incident, {
    announced: true,
    wasHolding: false,
    ...(isNews && { counters: { ...incident.counters, news: news + 1 }, acknowledged: false }),
    ...toldNow(context.state, incident, kinds, context.tally, context.policy),
  });
  const { to, reason } = decision;
  const next: Incident = {
    ...told,
    state: to,
    decisionReason: reason,
    passive: to === 'verifying',
    until: to === 'cooldown' ? context.state.healing.cooldownUntil : told.until,
    timeline: [...told.timeline, { at: context.state.now, from: 'open', to, reason }],
  };
  emitEffect(context, next, part, name, kinds);
}

/**
 * T3 to T6: moves the incident to where the decision says. `trigger` stands before the decision's own reason where
 * the state before it leaves open why there was a decision at all: verifying may fail by a limit or by dead
 * containers.
 */
export function follow(
  context: ReducerContext,
  incident: Incident,
  decision: Decision,
  trigger?: string,
): void {
  const { now } = context.state;
  const { verifyMax } = context.policy.incident;
  const { to } = decision;
  const reason = trigger === undefined ? decision.reason : `${trigger}; ${decision.reason}`;
  const moved = update(context, incident, { decisionReason: reason });
  switch (to) {
    case 'escalated':
      escalate(context, moved, reason);
      return;
    case 'cooldown':
      update(context, transition(context, moved, to, reason), { until: context.state.healing.cooldownUntil });
      return;
    case 'queued':
      update(context, transition(context, moved, to, reason), { until: now });
      return;
    case 'holding':
      hold(context, moved, reason);
      return;
    case 'verifying':
      watch(context, moved, reason, { passive: true, until: now + verifyMax });
  }
}

/** Starts verifying without a heal (T3, T9, T16): evidence up to now is spent. */
export function watch(
  context: ReducerContext,
  incident: Incident,
  reason: string,
  how: { readonly passive: boolean; readonly until: number },
): void {
  const { now } = context.state;
  save(
    context,
    {
      ...transition(context, incident, 'verifying', reason),
      ...how,
      relapsed: false,
      since: now,
      graceFrom: now,
    },
    now,
  );
}

/** T13: the heal's aftershocks are over; only evidence after the settling counts. */
export function verify(context: ReducerContext, incident: Incident): void {
  const { now } = context.state;
  const moved = transition(context, joined(context, incident), 'verifying', 'settled');
  const verifying = {
    passive: false,
    relapsed: false,
    graceFrom: now,
    until: now + context.policy.incident.verifyMax,
  };
  save(context, { ...moved, ...verifying }, incident.until);
}

/** T24: nothing is left but states. No heal is run for them; people are reminded until they have ended. */
function hold(context: ReducerContext, incident: Incident, reason: string): Incident {
  const { clearSince, ...others } = upAgain(incident);
  const held = transition(
    context,
    { ...others, expected: [], passive: false, relapsed: false },
    'holding',
    reason,
  );
  const { reminder, reminderMax } = context.policy.incident;
  return update(context, held, {
    until: context.state.now + reminder,
    reminderEvery: Math.min(reminder * 2, reminderMax),
    ...(clearSince !== undefined && { clearSince }),
  });
}

/**
 * T7, T14, T16, T19: the incident is over, which is announced once for each time it recovers. While a state that was told
 * still holds it is not: what has recovered are the limits.
 */
export function resolve(context: ReducerContext, incident: Incident, reason: string): void {
  const { now } = context.state;
  const { verify: span, reopenWindow } = context.policy.incident;
  if (stillHolds(context.state, incident, context.policy)) {
    const states = { ...incident, breaches: incident.breaches.filter(isState) };
    save(
      context,
      hold(
        context,
        withStates(context, { ...states, breaches: [] }, states.breaches),
        `${reason}, but a state still holds`,
      ),
      now - span,
    );
    return;
  }
  const resolved = transition(context, incident, 'resolved', reason);
  const told = emitNext(context, resolved, 'resolved', channels(incident, 'resolved'));
  save(context, { ...told, until: now + reopenWindow, passive: false, relapsed: false }, now - span);
}

/** T4, T8, T9, T12, T16, T17: a person is needed. One urgent message, then reminders at intervals that double. */
export function escalate(context: ReducerContext, incident: Incident, decisionReason: string): void {
  const { now } = context.state;
  const { reminder, reminderMax } = context.policy.incident;
  const escalated = update(context, transition(context, incident, 'escalated', decisionReason), {
    decisionReason,
    acknowledged: false,
    until: now + reminder,
    reminderEvery: Math.min(reminder * 2, reminderMax),
  });
  emitNext(context, escalated, 'escalated', channels(incident, 'escalated'));
}

/** T20: sends a reminder; the next interval is twice as long, up to `reminderMax`. */
export function remind(context: ReducerContext, incident: Incident): void {
  const { reminderMax } = context.policy.incident;
  const reminded = update(context, transition(context, incident, incident.state, 'a reminder is due'), {
    until: context.state.now + incident.reminderEvery,
    reminderEvery: Math.min(incident.reminderEvery * 2, reminderMax),
  });
  emitNext(
    context,
    reminded,
    'reminder',
    channels(incident, 'reminder').filter((kind) => kind === 'alert'),
  );
}

/** `20251217T161810Z`. */
function compactUtc(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}
