import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import { blindUntil, deadFrom, freshUntil, quietFrom } from './due.ts';
import { breachedOf, isCalm } from './evidence.ts';
import { endHeal, startHeal } from './heal.ts';
import type { Incident } from './state.ts';
import * as to from './transitions.ts';
import { close, put } from './turn.ts';
import type { Turn } from './turn.ts';
import { isBlind } from './world.ts';

/** The most heals that wait for the slot; what comes on top of them is for a person. */
const QUEUE = 16;

/** Looks at an incident at the moment of the turn and takes the one transition that is due, if any. */
export function evaluate(turn: Turn, incident: Incident): void {
  LOOK[incident.state](turn, incident);
}

const LOOK: Readonly<Record<Incident['state'], (turn: Turn, incident: Incident) => void>> = {
  open: lookOpen,
  queued: lookQueued,
  healing: lookHealing,
  settling: lookSettling,
  verifying: lookVerifying,
  cooldown: lookCooldown,
  escalated: lookEscalated,
  resolved: lookResolved,
};

/** T2 to T6. */
function lookOpen(turn: Turn, incident: Incident): void {
  if (turn.state.now < incident.until) return;
  const gathered = to.joined(turn, incident);
  const decision = decisionFor(turn, gathered);
  // A relapse that goes to a person at once is told as that and no more.
  const isCall = decision.to === 'escalated' && gathered.counters.reopened > 0;
  if (!gathered.told && !isCall) to.announce(turn, gathered, decision);
  to.follow(turn, turn.state.keys[incident.key]?.incident ?? gathered, decision);
}

/** T9, T10; what has changed while it waited is decided again. */
function lookQueued(turn: Turn, incident: Incident): void {
  const { state, policy } = turn;
  const { verify, verifyMax } = policy.incident;
  if (state.now >= blindUntil(state, policy)) {
    to.escalate(turn, incident, 'nothing could be seen for too long');
    return;
  }
  const decision = decisionFor(turn, incident);
  if (decision.to !== 'queued') {
    to.follow(turn, incident, decision);
    return;
  }
  if (state.healing.running !== undefined || isBlind(state, policy)) return;
  const maySkip = incident.heals.length > 0 || policy.config.heal.skipIfCalmFirst;
  if (maySkip && incident.downSince === undefined && isCalm(state, policy, incident.key, verify)) {
    to.watch(turn, incident, 'it recovered while the heal was waiting', {
      passive: false,
      until: state.now + verifyMax,
    });
    return;
  }
  startHeal(turn, incident);
}

/** T11 is the sink's; what is left here is a heal whose end nobody will tell, and a sink that never comes back. */
function lookHealing(turn: Turn, incident: Incident): void {
  const { now } = turn.state;
  if (turn.state.healing.running?.lost === true) endHeal(turn, incident, 'unknown', now);
  else if (now >= incident.until) endHeal(turn, incident, 'timeout', now);
}

/** T13. */
function lookSettling(turn: Turn, incident: Incident): void {
  if (turn.state.now >= incident.until) to.verify(turn, incident);
}

/** T14 to T16. */
function lookVerifying(turn: Turn, incident: Incident): void {
  const { state, policy } = turn;
  const { now } = state;
  const { verify } = policy.incident;
  if (now >= quietFrom(state, incident, policy, verify)) {
    to.resolve(turn, incident, 'quiet, alive and observed');
    return;
  }
  const again = breachedOf(state, policy, incident.key).length > 0;
  const dead = now >= deadFrom(state, incident, policy);
  if (again || dead) {
    const decision = decisionFor(turn, again ? to.joined(turn, incident) : incident);
    if (decision.to === 'verifying' && incident.passive) stayPassive(turn, incident, decision);
    else if (again) to.follow(turn, to.joined(turn, incident), decision, 'a limit was reached again');
    else to.follow(turn, incident, decision, 'containers stayed down');
    return;
  }
  if (now >= incident.until) expire(turn, incident);
}

/** A limit was reached again, or containers are still down, and still nothing may be healed: spent, and remembered. */
function stayPassive(turn: Turn, incident: Incident, { reason }: Decision): void {
  const { now } = turn.state;
  if (now >= incident.until) {
    expire(turn, { ...incident, relapsed: true });
    return;
  }
  put(turn, { ...to.joined(turn, incident), relapsed: true, graceFrom: now, why: reason }, now);
}

/** T16: verifying has lasted as long as it may. */
function expire(turn: Turn, incident: Incident): void {
  const { state, policy } = turn;
  const { verify, verifyMax } = policy.incident;
  const observed = !isBlind(state, policy) && state.now >= state.sight.observedSince + verify;
  if (!observed) {
    to.escalate(turn, incident, 'whether it has recovered could not be seen');
    return;
  }
  if (incident.downSince === undefined && !incident.relapsed) {
    to.resolve(turn, incident, 'expired: below every limit for as long as it was watched');
    return;
  }
  const decision = decisionFor(turn, incident);
  if (decision.to !== 'verifying' || !incident.passive) {
    to.follow(turn, incident, decision, 'it has not recovered');
  } else if (turn.state.pausedUntil > state.now) {
    // A pause always ends, and somebody is at work on the host: calling a person would only disturb that one.
    to.watch(turn, incident, decision.reason, { passive: true, until: state.now + verifyMax });
  } else {
    to.escalate(turn, incident, `it goes on, and ${decision.reason}`);
  }
}

/** T7, T8. */
function lookCooldown(turn: Turn, incident: Incident): void {
  const { state, policy } = turn;
  if (state.now >= quietFrom(state, incident, policy, policy.incident.verify)) {
    to.resolve(turn, incident, 'it recovered while it waited');
  } else if (state.now >= blindUntil(state, policy)) {
    to.escalate(turn, incident, 'nothing could be seen for too long');
  } else if (state.now >= incident.until && !isBlind(state, policy)) {
    to.follow(turn, incident, decisionFor(turn, incident));
  }
}

/** T19, T20. */
function lookEscalated(turn: Turn, incident: Incident): void {
  const { state, policy } = turn;
  const span = policy.config.window;
  if (state.now >= quietFrom(state, incident, policy, span))
    to.resolve(turn, incident, 'quiet, alive and observed for the whole window');
  else if (!incident.acknowledged && state.now >= incident.until) to.remind(turn, incident);
}

/** T18; T17 is taken at the signal that reaches the limit. */
function lookResolved(turn: Turn, incident: Incident): void {
  if (turn.state.now >= incident.until) close(turn, incident, 'no relapse');
}

function decisionFor({ state, policy }: Turn, incident: Incident): Decision {
  const { healing, now } = state;
  const { maxAttempts, budget, budgetWindow } = policy.incident;
  const waiting = Object.values(state.keys).filter((key) => key.incident?.state === 'queued').length;
  return decide({
    healConfigured: policy.canHeal,
    healWanted: incident.effects.includes('heal'),
    paused: now < state.pausedUntil,
    fresh: now <= freshUntil(state, incident, policy),
    commandBroken: incident.broken,
    attemptsLeft: incident.attempts < maxAttempts,
    budgetLeft: healing.starts.filter((at) => at > now - budgetWindow).length < budget,
    coolingDown: now < healing.cooldownUntil,
    queueFull: incident.state !== 'queued' && waiting >= QUEUE,
  });
}
