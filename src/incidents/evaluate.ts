import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import { belowFrom, blindUntil, deadFrom, freshUntil, quietFrom } from './due.ts';
import { lookWorse, tellNews } from './news.ts';
import { breachedOf, isCalm } from './evidence.ts';
import { endHeal, startHeal } from './heal.ts';
import { lookHolding } from './hold.ts';
import type { Incident } from './state.ts';
import { isState } from './states.ts';
import * as to from './transitions.ts';
import { breachedAgain, joined } from './breaches.ts';
import { close, save } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import { dependenciesOf, isBlind, observedSince } from './coverage.ts';

/** The most incidents that wait for the one slot for heals; one more is escalated at once. */
const QUEUE = 16;

/**
 * Makes the one transition of an incident that is due at the moment of the context, if any. The numbers below (T2)
 * are those of docs/reference/incident-transitions.md.
 */
export function evaluate(context: ReducerContext, incident: Incident): void {
  const looked = tellNews(context, lookWorse(context, incident));
  LOOK[looked.state](context, looked);
}

const LOOK: Readonly<Record<Incident['state'], (context: ReducerContext, incident: Incident) => void>> = {
  open: lookOpen,
  queued: lookQueued,
  healing: lookHealing,
  settling: lookSettling,
  verifying: lookVerifying,
  cooldown: lookCooldown,
  escalated: lookEscalated,
  holding: lookHolding,
  resolved: lookResolved,
};

/** T2 to T6: once `groupWait` is over, the incident is announced together with what is decided about it. */
function lookOpen(context: ReducerContext, incident: Incident): void {
  if (context.state.now < incident.until) return;
  const gathered = joined(context, incident);
  const decision = decisionFor(context, gathered);
  // A relapse that is escalated at once is announced as escalated only: one message and not two.
  const isCall =
    decision.to === 'escalated' && (gathered.counters.reopened > 0 || gathered.wasHolding === true);
  if (!gathered.announced && !isCall) to.announce(context, gathered, decision);
  const told = context.state.keys[incident.key]?.incident ?? gathered;
  // That the heal cannot be run is told with the opening: one message and not two.
  if (!gathered.announced && !isCall && decision.reason === 'the heal command cannot be run')
    to.waitForPerson(context, told, decision.reason);
  else to.follow(context, told, decision);
}

/**
 * T9, T10: starts the heal once the slot is free and everything can be seen. Until then the decision is made anew at
 * every look, since evidence grows old and pauses begin.
 */
function lookQueued(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  const { verify, verifyMax } = policy.incident;
  if (state.now >= blindUntil(state, incident, policy)) {
    to.escalate(context, incident, 'nothing could be seen for too long');
    return;
  }
  const decision = decisionFor(context, incident);
  if (decision.to !== 'queued') {
    to.follow(context, incident, decision);
    return;
  }
  if (state.healing.running !== undefined || isBlind(state, dependenciesOf(state, incident), policy)) return;
  const maySkip = incident.heals.length > 0 || policy.config.heal.skipIfCalmFirst;
  if (maySkip && incident.downSince === undefined && isCalm(state, policy, incident.key, verify)) {
    to.watch(context, incident, 'it recovered while the heal was waiting', {
      passive: false,
      until: state.now + verifyMax,
    });
    return;
  }
  startHeal(context, incident);
}

/**
 * T12 where no outcome will come: the heal did not outlive a crash of the daemon (`lost`), or the sink, which kills a
 * heal in time (T11), has not reported its end long after that.
 */
function lookHealing(context: ReducerContext, incident: Incident): void {
  const { now } = context.state;
  if (context.state.healing.running?.lost === true) endHeal(context, incident, 'unknown', now);
  else if (now >= incident.until) endHeal(context, incident, 'timeout', now);
}

/** T13: the aftershocks of the heal are over. */
function lookSettling(context: ReducerContext, incident: Incident): void {
  if (context.state.now >= incident.until) to.verify(context, incident);
}

/** T14 to T16: recovered, failed (a limit reached again, or containers dead), or watched for as long as it may be. */
function lookVerifying(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  const { now } = state;
  const { verify } = policy.incident;
  if (now >= quietFrom(state, incident, policy, verify)) {
    to.resolve(context, incident, 'quiet, alive and observed');
    return;
  }
  const again = breachedOf(state, policy, incident.key).length > 0;
  const dead = now >= deadFrom(state, incident, policy);
  if (again || dead) {
    const decision = decisionFor(context, again ? breachedAgain(context, incident) : incident);
    if (decision.to === 'verifying' && incident.passive) stayPassive(context, incident, decision);
    else if (again)
      to.follow(context, breachedAgain(context, incident), decision, 'a limit was reached again');
    else to.follow(context, incident, decision, 'containers stayed down');
    return;
  }
  if (now >= incident.until) expire(context, incident);
}

/**
 * A limit was reached again or containers are still dead, and still nothing may be healed. The evidence is spent, so
 * that it is not found again at the next look, and `relapsed` keeps it from ending as recovered.
 */
function stayPassive(context: ReducerContext, incident: Incident, { reason }: Decision): void {
  const { now } = context.state;
  if (now >= incident.until) {
    expire(context, { ...incident, relapsed: true });
    return;
  }
  save(
    context,
    { ...breachedAgain(context, incident), relapsed: true, graceFrom: now, decisionReason: reason },
    now,
  );
}

/** T16: verifying has lasted for `verifyMax`. */
function expire(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  const { verify, verifyMax } = policy.incident;
  const needed = dependenciesOf(state, incident);
  const observed = !isBlind(state, needed, policy) && state.now >= observedSince(state, needed) + verify;
  if (!observed) {
    to.escalate(context, incident, 'whether it has recovered could not be seen');
    return;
  }
  if (incident.downSince === undefined && !incident.relapsed) {
    to.resolve(context, incident, 'expired: below every limit for as long as it was watched');
    return;
  }
  const decision = decisionFor(context, incident);
  if (decision.to !== 'verifying' || !incident.passive) {
    to.follow(context, incident, decision, 'it has not recovered');
  } else if (context.state.pausedUntil > state.now) {
    // Whoever paused heals is at work on the host, and a pause always ends: escalating would only disturb them.
    to.watch(context, incident, decision.reason, { passive: true, until: state.now + verifyMax });
  } else {
    to.escalate(context, incident, `it goes on, and ${decision.reason}`);
  }
}

/** T7, T8: recovered meanwhile, blind for too long, or decided again at the end of the cooldown. */
function lookCooldown(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  if (state.now >= quietFrom(state, incident, policy, policy.incident.verify)) {
    to.resolve(context, incident, 'it recovered while it waited');
  } else if (state.now >= blindUntil(state, incident, policy)) {
    to.escalate(context, incident, 'nothing could be seen for too long');
  } else if (state.now >= incident.until && !isBlind(state, dependenciesOf(state, incident), policy)) {
    to.follow(context, incident, decisionFor(context, incident));
  }
}

/** T19, T20: recovered over a whole window, or a reminder is due. */
function lookEscalated(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  const span = policy.config.window;
  if (state.now >= quietFrom(state, incident, policy, span))
    to.resolve(context, incident, 'quiet, alive and observed for the whole window');
  else if (state.now >= belowFrom(state, incident, policy))
    to.resolve(context, incident, 'below every limit for a whole window, alive and observed');
  else if (!incident.acknowledged && state.now >= incident.until) to.remind(context, incident);
}

/** T18: closes it. A relapse (T17) is no matter of time: it happens at the signal that reaches the limit. */
function lookResolved(context: ReducerContext, incident: Incident): void {
  if (context.state.now >= incident.until) close(context, incident, 'no relapse');
}

function decisionFor({ state, policy }: ReducerContext, incident: Incident): Decision {
  const { healing, now } = state;
  const { maxAttempts, budget, budgetWindow } = policy.incident;
  const waiting = Object.values(state.keys).filter((key) => key.incident?.state === 'queued').length;
  return decide({
    healConfigured: policy.canHeal,
    healWanted: incident.effects.includes('heal'),
    paused: now < state.pausedUntil,
    storable: state.unstored === undefined,
    fresh: now <= freshUntil(state, incident, policy),
    commandBroken: incident.broken || state.healProblem !== undefined,
    attemptsLeft: incident.attempts < maxAttempts,
    budgetLeft: healing.starts.filter((at) => at > now - budgetWindow).length < budget,
    statesOnly: incident.breaches.length > 0 && incident.breaches.every(isState),
    coolingDown: now < healing.cooldownUntil,
    queueFull: incident.state !== 'queued' && waiting >= QUEUE,
  });
}
