import { breachedOf, calmFrom, countedFor, watermarkOf } from './evidence.ts';
import type { Counted } from './evidence.ts';
import { nth } from './newest.ts';
import { newsDue } from './news.ts';
import type { Policy } from './policy.ts';
import { wellFrom } from './hold.ts';
import type { CoreState, Incident } from './state.ts';
import { blindSince, dependenciesOf, isBlind, observedSince } from './coverage.ts';

/**
 * When an incident has to be evaluated next if nothing happens before. Evidence that arrives meanwhile can only delay
 * a recovery, so that evaluating too early is harmless and this need not be computed again at every signal.
 */
export function dueOf(state: CoreState, incident: Incident, policy: Policy): number {
  const next = Math.min(newsDue(incident), ...candidates(state, incident, policy));
  return Math.max(state.now + 1, next);
}

/** From when on the incident counts as over: calm, alive and observed for `span` in its present state. */
export function quietFrom(state: CoreState, incident: Incident, policy: Policy, span: number): number {
  const needed = dependenciesOf(state, incident);
  if (isBlind(state, needed, policy) || incident.downSince !== undefined) return Infinity;
  return Math.max(
    incident.since + span,
    watermarkOf(state, incident.key) + span,
    observedSince(state, needed) + span,
    incident.aliveSince + span,
    calmFrom(state, policy, incident.key, span),
  );
}

/**
 * From when on an incident is over at the latest: every limit has been below for a whole window of its own, and it is
 * alive and observed. Noise that never grows quiet must not keep it open for ever.
 */
export function belowFrom(state: CoreState, incident: Incident, policy: Policy): number {
  const needed = dependenciesOf(state, incident);
  if (isBlind(state, needed, policy) || incident.downSince !== undefined) return Infinity;
  const { verify } = policy.incident;
  return Math.max(
    Math.max(incident.since, observedSince(state, needed), incident.aliveSince) + verify,
    ...countedFor(state, policy, incident.key).map(
      (counted) => belowSince(state, counted) + counted.rule.window,
    ),
  );
}

/** Since when a limit has not been reached if nothing more happens: its evidence has left the window, or is spent. */
function belowSince(state: CoreState, { rule, reachedUntil }: Counted): number {
  const watermark = watermarkOf(state, rule.key);
  return reachedUntil - rule.window > watermark ? reachedUntil : Math.min(reachedUntil, watermark);
}

/** From when on containers that are down mean that the heal has failed. Absence proves nothing while blind. */
export function deadFrom(state: CoreState, incident: Incident, policy: Policy): number {
  return Math.max(missingSince(state, incident, policy), incident.graceFrom) + policy.incident.aliveGrace;
}

/**
 * Until when the evidence is fresh enough for a heal to start, if nothing more happens; without end while containers
 * are dead.
 */
export function freshUntil(state: CoreState, incident: Incident, policy: Policy): number {
  const { aliveGrace, freshness } = policy.incident;
  if (missingSince(state, incident, policy) + aliveGrace <= state.now) return Infinity;
  let until = -Infinity;
  for (const { newest, slot } of calledFor(state, incident, policy)) {
    const deciding = nth(newest, incident.readBack ? slot.limit : 1);
    if (deciding !== undefined) until = Math.max(until, deciding + freshness);
  }
  return until;
}

/** When what the incident depends on has not been read for too long; never while it is. */
export function blindUntil(state: CoreState, incident: Incident, policy: Policy): number {
  return (blindSince(state, dependenciesOf(state, incident)) ?? Infinity) + policy.incident.blindMax;
}

/**
 * The limits that the present decision rests on. While verifying, those breached now; otherwise those that opened the
 * incident or joined it, also if their evidence has left the window since.
 */
function calledFor(state: CoreState, incident: Incident, policy: Policy): readonly Counted[] {
  if (incident.state === 'verifying') return breachedOf(state, policy, incident.key);
  return countedFor(state, policy, incident.key).filter(({ slot }) =>
    incident.breaches.some(({ rule, container }) => rule === slot.rule && container === slot.container),
  );
}

/** Since when containers have been seen to be down; time that was not observed does not count. */
function missingSince(state: CoreState, incident: Incident, policy: Policy): number {
  const needed = dependenciesOf(state, incident);
  if (incident.downSince === undefined || isBlind(state, needed, policy)) return Infinity;
  return Math.max(incident.downSince, observedSince(state, needed));
}

function candidates(state: CoreState, incident: Incident, policy: Policy): readonly number[] {
  const { verify, verifyMax, cooldownMax } = policy.incident;
  const { window } = policy.config;
  const later = (at: number): number => (at > state.now ? at : Infinity);
  switch (incident.state) {
    case 'open':
    case 'healing':
    case 'settling':
    case 'resolved':
      return [incident.until];
    case 'queued':
      return [
        blindUntil(state, incident, policy),
        freshUntil(state, incident, policy) + 1,
        state.healing.running?.deadline ?? Infinity,
        state.now + verifyMax,
      ];
    case 'verifying':
      return [incident.until, quietFrom(state, incident, policy, verify), deadFrom(state, incident, policy)];
    case 'cooldown':
      return [
        later(incident.until),
        blindUntil(state, incident, policy),
        quietFrom(state, incident, policy, verify),
        state.now + cooldownMax,
      ];
    case 'holding':
      return [incident.acknowledged ? Infinity : incident.until, wellFrom(incident)];
    case 'escalated':
      return [
        incident.acknowledged ? Infinity : incident.until,
        quietFrom(state, incident, policy, window),
        belowFrom(state, incident, policy),
        state.now + window,
      ];
  }
}
