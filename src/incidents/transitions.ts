import type { NotificationType } from '../model.ts';
import { calmedDown } from './cooldown.ts';
import type { Decision } from './decide.ts';
import type { Incident } from './state.ts';
import { channels } from './channels.ts';
import { joined } from './breaches.ts';
import { toldNow } from './told.ts';
import { transition, update, save, emitEffect, emitNext } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import { expectedFor, upAgain, withPresence } from './world.ts';

/**
 * T1: a limit of a healthy key is reached. It is announced `groupWait` later, and never later than that, whatever
 * joins. The numbers here and below are those of docs/reference/incident-transitions.md.
 */
export function open(context: ReducerContext, key: string, readBack: boolean): void {
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
    expected: expectedFor(context.state, context.policy, key),
    aliveSince: now,
    graceFrom: now,
    foundAtStart: readBack,
    readBack,
    decisionReason: '',
    acknowledged: false,
    reminderEvery: context.policy.incident.reminder,
    timeline: [],
  };
  const timeline = [{ at: now, from: 'healthy', to: 'open', reason: 'a limit is reached' }] as const;
  context.transitions.push({ ...timeline[0], incident: id, key });
  const opened = joined(context, withPresence(context.state, { ...fresh, timeline }));
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

/**
 * T2: announces the opening or the reopening, with every breach that has joined and with what was decided. The
 * message shows the incident as it will be after that decision, which `follow` carries out next.
 */
export function announce(context: ReducerContext, incident: Incident, decision: Decision): void {
  const part: NotificationType = incident.counters.reopened === 0 ? 'opened' : 'reopened';
  const name = part === 'opened' ? part : `${part}:${incident.counters.reopened}`;
  const kinds = channels(incident, part);
  const told = update(context, incident, {
    announced: true,
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

/** T7, T14, T16, T19: the incident is over, which is announced once for each time it recovers. */
export function resolve(context: ReducerContext, incident: Incident, reason: string): void {
  const { now } = context.state;
  const { verify: span, reopenWindow } = context.policy.incident;
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
  const reminded = update(context, transition(context, incident, 'escalated', 'a reminder is due'), {
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
