import type { Breach, EffectKind, Part } from '../model.ts';
import { calmedDown } from './cooldown.ts';
import type { Decision } from './decide.ts';
import { breachedOf } from './evidence.ts';
import type { Incident } from './state.ts';
import { breachesShown, breachOf } from './story.ts';
import { move, patch, put, tell, tellNext } from './turn.ts';
import type { Turn } from './turn.ts';
import { expectedFor, upAgain, withPresence } from './world.ts';

/** T1: a limit of a healthy key is reached. Told `groupWait` later, never later than that. */
export function open(turn: Turn, key: string, readBack: boolean): void {
  const { now } = turn.state;
  const seq = turn.state.seq + 1;
  turn.state = { ...turn.state, seq, healing: calmedDown(turn.state, turn.policy.incident) };
  const id = `${compactUtc(now)}-${key}-${seq}`;
  const fresh: Incident = {
    id,
    key,
    state: 'open',
    openedAt: now,
    since: now,
    due: now,
    until: now + turn.policy.incident.groupWait,
    told: false,
    passive: false,
    relapsed: false,
    attempts: 0,
    broken: false,
    heals: [],
    effects: [],
    breaches: [],
    counters: { reopened: 0, escalated: 0, reminder: 0, resolved: 0, note: 0 },
    expected: expectedFor(turn.state, turn.policy, key),
    aliveSince: now,
    graceFrom: now,
    foundAtStart: readBack,
    readBack,
    why: '',
    acknowledged: false,
    reminderEvery: turn.policy.incident.reminder,
    timeline: [],
  };
  const timeline = [{ at: now, from: 'healthy', to: 'open', reason: 'a limit is reached' }] as const;
  turn.transitions.push({ ...timeline[0], incident: id, key });
  const opened = joined(turn, withPresence(turn.state, { ...fresh, timeline }));
  turn.incidents.set(id, opened);
  put(turn, opened);
}

/** T17: a limit is reached again soon after the recovery. The same incident goes on, or it is flapping. */
export function reopen(turn: Turn, incident: Incident, readBack: boolean): void {
  const { now } = turn.state;
  turn.state = { ...turn.state, healing: calmedDown(turn.state, turn.policy.incident) };
  const again = withPresence(turn.state, {
    ...upAgain(incident),
    expected: expectedFor(turn.state, turn.policy, incident.key),
    aliveSince: now,
    readBack,
  });
  if (again.counters.reopened >= turn.policy.incident.maxReopens) {
    const n = again.counters.reopened + 1;
    escalate(turn, joined(turn, again), `it has come back ${n} times: it is flapping`);
    return;
  }
  const reopened = move(turn, joined(turn, again), 'open', 'a limit is reached again');
  patch(turn, reopened, {
    until: now + turn.policy.incident.groupWait,
    told: false,
    counters: { ...reopened.counters, reopened: reopened.counters.reopened + 1 },
  });
}

/** T2: tells the opening or the reopening, with every cause that has joined and with what is done about it next. */
export function announce(turn: Turn, incident: Incident, decision: Decision): void {
  const part: Part = incident.counters.reopened === 0 ? 'opened' : 'reopened';
  const name = part === 'opened' ? part : `${part}:${incident.counters.reopened}`;
  const told = patch(turn, incident, { told: true, breaches: breachesNow(turn, incident) });
  const { to, reason } = decision;
  const next: Incident = {
    ...told,
    state: to,
    why: reason,
    passive: to === 'verifying',
    until: to === 'cooldown' ? turn.state.healing.cooldownUntil : told.until,
    timeline: [...told.timeline, { at: turn.state.now, from: 'open', to, reason }],
  };
  tell(turn, next, part, name, channels(incident, part));
}

/** T3 to T6: goes where the decision says. `trigger` is what called for it, where the state before does not tell. */
export function follow(turn: Turn, incident: Incident, decision: Decision, trigger?: string): void {
  const { now } = turn.state;
  const { verifyMax } = turn.policy.incident;
  const { to } = decision;
  const reason = trigger === undefined ? decision.reason : `${trigger}; ${decision.reason}`;
  const moved = patch(turn, incident, { why: reason });
  switch (to) {
    case 'escalated':
      escalate(turn, moved, reason);
      return;
    case 'cooldown':
      patch(turn, move(turn, moved, to, reason), { until: turn.state.healing.cooldownUntil });
      return;
    case 'queued':
      patch(turn, move(turn, moved, to, reason), { until: now });
      return;
    case 'verifying':
      watch(turn, moved, reason, { passive: true, until: now + verifyMax });
  }
}

/** Starts verifying without a heal (T3, T9): what was evidence until now is spent. */
export function watch(
  turn: Turn,
  incident: Incident,
  reason: string,
  how: { readonly passive: boolean; readonly until: number },
): void {
  const { now } = turn.state;
  put(
    turn,
    { ...move(turn, incident, 'verifying', reason), ...how, relapsed: false, since: now, graceFrom: now },
    now,
  );
}

/** T13: the heal's aftershocks are over; only what comes from here on counts. */
export function verify(turn: Turn, incident: Incident): void {
  const { now } = turn.state;
  const moved = move(turn, incident, 'verifying', 'settled');
  const verifying = {
    passive: false,
    relapsed: false,
    graceFrom: now,
    until: now + turn.policy.incident.verifyMax,
  };
  put(turn, { ...moved, ...verifying }, incident.until);
}

/** T7, T14, T16, T19: it is over, and that is told once. */
export function resolve(turn: Turn, incident: Incident, reason: string): void {
  const { now } = turn.state;
  const { verify: span, reopenWindow } = turn.policy.incident;
  const resolved = move(turn, incident, 'resolved', reason);
  const told = tellNext(turn, resolved, 'resolved', channels(incident, 'resolved'));
  put(turn, { ...told, until: now + reopenWindow, passive: false, relapsed: false }, now - span);
}

/** T4, T12, T16, T17: a person is needed. Said once, loudly, and then reminded of more and more rarely. */
export function escalate(turn: Turn, incident: Incident, why: string): void {
  const { now } = turn.state;
  const { reminder, reminderMax } = turn.policy.incident;
  const escalated = patch(turn, move(turn, incident, 'escalated', why), {
    why,
    acknowledged: false,
    until: now + reminder,
    reminderEvery: Math.min(reminder * 2, reminderMax),
  });
  tellNext(turn, escalated, 'escalated', channels(incident, 'escalated'));
}

/** T20: reminds, and waits twice as long for the next time. */
export function remind(turn: Turn, incident: Incident): void {
  const { reminderMax } = turn.policy.incident;
  const reminded = patch(turn, move(turn, incident, 'escalated', 'a reminder is due'), {
    until: turn.state.now + incident.reminderEvery,
    reminderEvery: Math.min(incident.reminderEvery * 2, reminderMax),
  });
  tellNext(
    turn,
    reminded,
    'reminder',
    channels(incident, 'reminder').filter((kind) => kind === 'alert'),
  );
}

/** Adds what is breached by now to the causes of the incident. */
export function joined(turn: Turn, incident: Incident): Incident {
  const breached = breachedOf(turn.state, turn.policy, incident.key);
  const isSame = (a: Breach) => (b: Breach) => a.rule === b.rule && a.container === b.container;
  const added = breached.map((counted) => {
    const breach = breachOf(turn.state, counted);
    const known = incident.breaches.find(isSame(breach))?.count ?? 0;
    return { ...breach, count: Math.max(breach.count, known) };
  });
  const kept = incident.breaches.filter((old) => !added.some(isSame(old)));
  const effects = new Set([...incident.effects, ...breached.flatMap(({ rule }) => rule.effects)]);
  return { ...incident, breaches: [...kept, ...added], effects: [...effects] };
}

/** Whom a part is told: a heal that did not help calls a person even where the rule asked for no alert. */
export function channels(incident: Incident, part: Part): readonly EffectKind[] {
  const loud = (part === 'escalated' || part === 'reminder') && incident.effects.includes('heal');
  return (['alert', 'report'] as const).filter(
    (kind) => incident.effects.includes(kind) || (kind === 'alert' && loud),
  );
}

function breachesNow(turn: Turn, incident: Incident): Incident['breaches'] {
  const shown = breachesShown(turn.state, incident.key, turn.tally(turn.state.now), turn.policy);
  return shown.length > 0 ? shown : incident.breaches;
}

/** `20251217T161810Z`. */
function compactUtc(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}
