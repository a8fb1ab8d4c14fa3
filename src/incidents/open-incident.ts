import { joined } from './breaches.ts';
import { calmedDown } from './cooldown.ts';
import { save } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { Incident } from './state.ts';
import { expectedFor, withPresence } from './world.ts';

/**
 * T1: a limit of a healthy key is reached. It is announced `groupWait` later, and never later than that, whatever
 * joins. The numbers are those of docs/reference/incident-transitions.md.
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

/** Begins an incident of a healthy key; `filled` adds to it what has opened it. */
export function begin(
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

/** `20251217T161810Z`. */
function compactUtc(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}
