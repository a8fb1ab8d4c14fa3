import type { NotificationType } from '../model.ts';
import { calmedDown } from './cooldown.ts';
import type { Decision } from './decide.ts';
import type { Incident } from './state.ts';
import { channels } from './channels.ts';
import { joined } from './breaches.ts';
import { isState, stillHolds } from './states.ts';
import { toldNow } from './told.ts';
import { withStates } from './with-states.ts';
import { transition, update, save, emitEffect, emitNext } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import { expectedFor, upAgain, withPresence } from './world.ts';

/**
 * T17: a limit is reached again within `reopenWindow` of the recovery. The same incident goes on, or is escalated as
 * flapping.
 * The numbers here and below are those of docs/reference/incident-transitions.md.
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
  const escalated = waitForPerson(context, incident, decisionReason);
  emitNext(context, escalated, 'escalated', channels(incident, 'escalated'));
}

/** T4 where the message of the opening has called for a person already: reminders follow as ever. */
export function waitForPerson(context: ReducerContext, incident: Incident, decisionReason: string): Incident {
  const { now } = context.state;
  const { reminder, reminderMax } = context.policy.incident;
  return update(context, transition(context, incident, 'escalated', decisionReason), {
    decisionReason,
    acknowledged: false,
    until: now + reminder,
    reminderEvery: Math.min(reminder * 2, reminderMax),
  });
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
