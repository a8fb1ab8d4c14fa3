import type { Control, Evidence, Outcome, Signal, Storage, TallyAt } from '../model.ts';
import { dueOf } from './due.ts';
import { evaluate } from './evaluate.ts';
import { record } from './evidence.ts';
import type { Counted } from './evidence.ts';
import { isNew, noteNew } from './news.ts';
import type { Policy } from './policy.ts';
import { LONGEST_PAUSE } from './rebase.ts';
import { nextDeadline } from './state.ts';
import type { CoreState, Incident } from './state.ts';
import { leaveHolding } from './state-transitions.ts';
import { open } from './open-incident.ts';
import { reopen } from './transitions.ts';
import { joinStates } from './hold.ts';
import { endHeal, healingIncident, withHealProblem } from './heal.ts';
import { acknowledge, dropGone, resetHeals } from './operator.ts';
import { incidentOf, update, save, stepOf, contextOf } from './reducer-context.ts';
import type { Step, ReducerContext } from './reducer-context.ts';
import { applyStorage } from './storage.ts';
import { applyCoverage, dependenciesOn, isBlind, observedSince } from './coverage.ts';
import { keepNote } from './notes.ts';
import { applyContainerStatus, keepGap, withPresence } from './world.ts';

/** The inputs of the core: evidence, what became of an effect or of the store, a command of an operator, or only the time. */
export type Input = Evidence | Outcome | Storage | Control | { readonly type: 'tick'; readonly at: number };

/**
 * One step of all incidents: state and input in, state and effects out; nothing else is read or changed. `now` is the
 * clock (epoch milliseconds); if it lies before the state's own time, that is kept. Deadlines due by then fire first,
 * each at its own moment. `tally` is only called when a message or a report section is composed.
 */
export function reduce(state: CoreState, input: Input, now: number, tally: TallyAt, policy: Policy): Step {
  const due = nextDeadline(state);
  if (input.type === 'signal' && (due === undefined || due > now)) {
    return count({ ...state, now: Math.max(state.now, now) }, input, tally, policy);
  }
  const context = contextOf(state, tally, policy);
  advance(context, input.type === 'tick' ? Math.max(now, input.at) : now);
  apply(context, input);
  return stepOf(context);
}

/**
 * Several inputs as one step, in their order: the state after all of them, and everything that follows. `now` is read anew
 * for each. An incident that moves more than once is handed on as it is in the end.
 */
export function reduceAll(
  state: CoreState,
  inputs: readonly Input[],
  now: () => number,
  tally: TallyAt,
  policy: Policy,
): Step {
  const [first, ...others] = inputs;
  if (first === undefined) return { state, effects: [], transitions: [], incidents: [] };
  let whole = reduce(state, first, now(), tally, policy);
  for (const input of others) whole = joined(whole, reduce(whole.state, input, now(), tally, policy));
  return whole;
}

function joined(before: Step, step: Step): Step {
  if (before.transitions.length === 0 && before.effects.length === 0) return step;
  if (step.transitions.length === 0 && step.effects.length === 0) return { ...before, state: step.state };
  const incidents = new Map(
    [...before.incidents, ...step.incidents].map((incident) => [incident.id, incident]),
  );
  return {
    state: step.state,
    effects: [...before.effects, ...step.effects],
    transitions: [...before.transitions, ...step.transitions],
    incidents: [...incidents.values()],
  };
}

/** The path of nearly every signal: counted, and nothing follows from it. */
function count(state: CoreState, signal: Signal, tally: TallyAt, policy: Policy): Step {
  const { state: counted, breached } = record(state, signal, policy);
  const waiting = breached.filter((limit) => isListening(counted, limit));
  if (waiting.length === 0) return { state: counted, effects: [], transitions: [], incidents: [] };
  const context = contextOf(counted, tally, policy);
  onLimitsReached(context, waiting, signal);
  return stepOf(context);
}

function apply(context: ReducerContext, input: Input): void {
  switch (input.type) {
    case 'tick':
      break;
    case 'signal': {
      const { state, breached } = record(context.state, input, context.policy);
      context.state = state;
      const waiting = breached.filter((limit) => isListening(state, limit));
      onLimitsReached(context, waiting, input);
      return;
    }
    case 'container':
      context.state = applyContainerStatus(context.state, input, context.policy);
      for (const incident of incidents(context)) save(context, withPresence(context.state, incident));
      break;
    case 'coverage':
      context.state = applyCoverage(context.state, input, context.policy);
      break;
    case 'gap':
      context.state = keepGap(context.state, input, context.policy);
      return;
    case 'setup':
      return;
    case 'note':
      context.state = keepNote(context.state, input, context.policy);
      return;
    case 'outcome':
      applyOutcome(context, input);
      break;
    case 'storage':
      applyStorage(context, input);
      break;
    case 'pause':
      context.state = {
        ...context.state,
        pausedUntil: Math.min(input.until, context.state.now + LONGEST_PAUSE),
      };
      break;
    case 'resume':
      context.state = { ...context.state, pausedUntil: 0 };
      break;
    case 'ack':
      acknowledge(context, input.incident);
      if (input.gone !== undefined) dropGone(context, input.gone);
      break;
    case 'heal-reset':
      resetHeals(context);
      break;
    case 'heal-problem':
      context.state = withHealProblem(context.state, input.problem);
  }
  runToFixpoint(context);
}

/** Fires what is due up to `now`, each at its own moment. Throws for a moment that is none: no deadline ever passes it. */
function advance(context: ReducerContext, now: number): void {
  if (Number.isNaN(now)) throw new Error('the time is not a number');
  for (;;) {
    const due = nextDeadline(context.state);
    if (due === undefined || due > now) break;
    context.state = { ...context.state, now: Math.max(context.state.now, due) };
    runToFixpoint(context);
  }
  context.state = { ...context.state, now: Math.max(context.state.now, now) };
}

/** Far more transitions than any incident makes at one moment. */
const ROUNDS = 1_000;

/**
 * Makes all transitions that are due at this moment, of the incidents that have waited longest first, until none is
 * left. Throws after `ROUNDS`: that is a fault of the program, which must end and not spin.
 */
function runToFixpoint(context: ReducerContext): void {
  let before: CoreState;
  let rounds = 0;
  do {
    joinStates(context);
    before = context.state;
    rounds += 1;
    if (rounds > ROUNDS) throw new Error('the incidents do not come to rest');
    for (const { key } of incidents(context)) {
      const incident = incidentOf(context, key);
      if (incident !== undefined) evaluate(context, incident);
    }
  } while (context.state !== before);
  for (const incident of incidents(context))
    update(context, incident, { due: dueOf(context.state, incident, context.policy) });
}

/**
 * T1, T15, T17 (docs/reference/incident-transitions.md): a signal has made a limit reached. `readBack`: it was not
 * seen as it happened but read later, after a start or while blind; all evidence of the limit must then be fresh for
 * a heal.
 */
function onLimitsReached(context: ReducerContext, limits: readonly Counted[], signal: Signal): void {
  for (const key of new Set(limits.map(({ rule }) => rule.key))) {
    const reached = limits.filter(({ rule }) => rule.key === key);
    onLimitReached(context, key, reached, signal);
  }
}

function onLimitReached(
  context: ReducerContext,
  key: string,
  reached: readonly Counted[],
  signal: Signal,
): void {
  const { state, policy } = context;
  const needed = dependenciesOn(signal.source, signal.container);
  const readBack = isBlind(state, needed, policy) || signal.at < observedSince(state, needed);
  const incident = incidentOf(context, key);
  if (incident === undefined) open(context, key, readBack);
  else if (incident.state === 'resolved') reopen(context, incident, readBack);
  else if (incident.state === 'holding') leaveHolding(context, incident, readBack);
  else {
    const noted = noteNew(context, incident, reached);
    if (noted.state === 'verifying') save(context, { ...noted, readBack });
  }
  runToFixpoint(context);
}

function applyOutcome(context: ReducerContext, outcome: Outcome): void {
  const incident = healingIncident(context);
  const { running } = context.state.healing;
  if (outcome.kind !== 'heal' || running?.id !== outcome.effect || incident === undefined) return;
  const end = Math.min(Math.max(outcome.at, running.started), context.state.now);
  endHeal(context, incident, outcome.result ?? (outcome.ok ? 'ok' : 'failed'), end, outcome);
}

/**
 * Whether a limit that is reached leads to something at once: it opens, reopens or fails the verification, or it is new
 * to the incident. Apart from that, breaches are looked at when a state ends.
 */
function isListening(state: CoreState, limit: Counted): boolean {
  const incident = state.keys[limit.rule.key]?.incident;
  if (incident === undefined || LISTENING.has(incident.state)) return true;
  return isNew(state, incident, [limit]);
}

const LISTENING: ReadonlySet<Incident['state']> = new Set(['verifying', 'resolved', 'holding']);

function incidents({ state }: ReducerContext): readonly Incident[] {
  return Object.values(state.keys)
    .flatMap(({ incident }) => (incident === undefined ? [] : [incident]))
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}
