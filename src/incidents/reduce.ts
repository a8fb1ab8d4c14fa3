import type { Control, Evidence, Outcome, Signal, Tally } from '../model.ts';
import { dueOf } from './due.ts';
import { evaluate } from './evaluate.ts';
import { record } from './evidence.ts';
import type { Policy } from './policy.ts';
import { nextDeadline } from './state.ts';
import type { CoreState, Incident } from './state.ts';
import { open, reopen } from './transitions.ts';
import { endHeal, healingIncident } from './heal.ts';
import { acknowledge, resetHeals } from './operator.ts';
import { incidentOf, patch, put, stepOf, turnOf } from './turn.ts';
import type { Step, Turn } from './turn.ts';
import { isBlind, keepGap, meet, see, withPresence } from './world.ts';

/** What the core is told: what was seen, what became of an effect, what an operator asks, or only the time. */
export type Input = Evidence | Outcome | Control | { readonly type: 'tick'; readonly at: number };

/**
 * One step of every incident: state and input in, state and effects out; nothing else is read or changed. `now` is the
 * clock (epoch milliseconds); where it lies before the state's own, the state's is kept. Deadlines due by then fire
 * first, each at its own moment. `tally` is only called where a story is told.
 */
export function reduce(
  state: CoreState,
  input: Input,
  now: number,
  tally: (at: number) => Tally,
  policy: Policy,
): Step {
  const due = nextDeadline(state);
  if (input.type === 'signal' && (due === undefined || due > now)) {
    return count({ ...state, now: Math.max(state.now, now) }, input, tally, policy);
  }
  const turn = turnOf(state, tally, policy);
  advance(turn, input.type === 'tick' ? Math.max(now, input.at) : now);
  apply(turn, input);
  return stepOf(turn);
}

/** The way of almost every signal: counted, and nothing follows from it. */
function count(state: CoreState, signal: Signal, tally: (at: number) => Tally, policy: Policy): Step {
  const { state: counted, breached } = record(state, signal, policy);
  const waiting = breached.filter((key) => isListening(counted.keys[key]?.incident));
  if (waiting.length === 0) return { state: counted, effects: [], transitions: [], incidents: [] };
  const turn = turnOf(counted, tally, policy);
  for (const key of new Set(waiting)) react(turn, key, signal);
  return stepOf(turn);
}

function apply(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'tick':
      break;
    case 'signal': {
      const { state, breached } = record(turn.state, input, turn.policy);
      turn.state = state;
      for (const key of new Set(breached)) {
        if (isListening(incidentOf(turn, key))) react(turn, key, input);
      }
      return;
    }
    case 'container':
      turn.state = meet(turn.state, input, turn.policy);
      for (const incident of incidents(turn)) put(turn, withPresence(turn.state, incident));
      break;
    case 'sight':
      turn.state = see(turn.state, input, turn.policy);
      break;
    case 'gap':
      turn.state = keepGap(turn.state, input, turn.policy);
      return;
    case 'outcome':
      hear(turn, input);
      break;
    case 'pause':
      turn.state = { ...turn.state, pausedUntil: input.until };
      break;
    case 'resume':
      turn.state = { ...turn.state, pausedUntil: 0 };
      break;
    case 'ack':
      acknowledge(turn, input.incident);
      break;
    case 'heal-reset':
      resetHeals(turn);
  }
  settle(turn);
}

/** Fires what is due up to `now`, each at its own moment. */
function advance(turn: Turn, now: number): void {
  for (;;) {
    const due = nextDeadline(turn.state);
    if (due === undefined || due > now) break;
    turn.state = { ...turn.state, now: Math.max(turn.state.now, due) };
    settle(turn);
  }
  turn.state = { ...turn.state, now: Math.max(turn.state.now, now) };
}

/** Far more than any incident has to go through at one moment. */
const ROUNDS = 1_000;

/**
 * Lets every incident take the transitions that are due at this moment, those that have waited longest first. Throws
 * where they do not come to rest, which is a fault of the program: it must end and not spin.
 */
function settle(turn: Turn): void {
  let before: CoreState;
  let rounds = 0;
  do {
    before = turn.state;
    rounds += 1;
    if (rounds > ROUNDS) throw new Error('the incidents do not come to rest');
    for (const { key } of incidents(turn)) {
      const incident = incidentOf(turn, key);
      if (incident !== undefined) evaluate(turn, incident);
    }
  } while (turn.state !== before);
  for (const incident of incidents(turn))
    patch(turn, incident, { due: dueOf(turn.state, incident, turn.policy) });
}

/** T1, T15, T17: a signal has made a limit reached. */
function react(turn: Turn, key: string, signal: Signal): void {
  const readBack = isBlind(turn.state, turn.policy) || signal.at < turn.state.sight.observedSince;
  const incident = incidentOf(turn, key);
  if (incident === undefined) open(turn, key, readBack);
  else if (incident.state === 'resolved') reopen(turn, incident, readBack);
  else put(turn, { ...incident, readBack });
  settle(turn);
}

function hear(turn: Turn, outcome: Outcome): void {
  const incident = healingIncident(turn);
  const { running } = turn.state.healing;
  if (outcome.kind !== 'heal' || running?.id !== outcome.effect || incident === undefined) return;
  const end = Math.min(Math.max(outcome.at, running.started), turn.state.now);
  endHeal(turn, incident, outcome.result ?? (outcome.ok ? 'ok' : 'failed'), end, outcome);
}

/** The states in which a limit that is reached means something new. */
function isListening(incident: Incident | undefined): boolean {
  return incident === undefined || incident.state === 'verifying' || incident.state === 'resolved';
}

function incidents({ state }: Turn): readonly Incident[] {
  return Object.values(state.keys)
    .flatMap(({ incident }) => (incident === undefined ? [] : [incident]))
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}
