import type { Breach } from '../model.ts';
import { breachedOf } from './evidence.ts';
import { withNews } from './news.ts';
import { incidentOf, update } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { Incident } from './state.ts';
import { isState, isUnhealthy, statesNow, STATES_KEY, withStatesDue } from './states.ts';
import { isSame } from './is-same.ts';
import { effectsOfRule } from './told.ts';
import { openByState, reopenByState } from './state-transitions.ts';
import { remind, resolve } from './transitions.ts';

/** How long all has to be well again before an incident of states alone is over, in milliseconds; doubles with each return. */
const WELL = 60_000;
/** The longest it grows: a health check that flaps must not send two messages every few minutes. */
const WELL_MAX = 30 * 60_000;

/**
 * T24 (docs/reference/incident-transitions.md): brings the states that hold now into the incident of the host: they open or
 * reopen it, join it as reasons, or leave it once they have ended.
 */
export function joinStates(context: ReducerContext): void {
  context.state = withStatesDue(context.state, context.policy);
  const held = statesNow(context.state, context.policy);
  const incident = incidentOf(context, STATES_KEY);
  if (incident === undefined) {
    if (held.length > 0) openByState(context, STATES_KEY, held);
  } else if (incident.state === 'resolved') {
    if (held.length > 0) reopenByState(context, incident, held);
  } else bringUpToDate(context, incident, held);
}

function bringUpToDate(context: ReducerContext, incident: Incident, held: readonly Breach[]): void {
  const { policy, state } = context;
  const known = incident.breaches.filter(isState);
  const fresh = held.filter((one) => !known.some((old) => isSame(old, one)) && !isAwaited(incident, one));
  const rest = incident.breaches.filter((old) => !isState(old) || held.some((one) => isSame(old, one)));
  // The message of its end says what it was about.
  const kept = rest.length + fresh.length === 0 ? incident.breaches : rest;
  const { clearSince, ...others } = incident;
  const isClear = incident.state === 'holding' && held.length === 0;
  const changed = fresh.length > 0 || kept.length !== incident.breaches.length;
  if (!changed && isClear === (clearSince !== undefined)) return;
  const gone = known.filter((old) => !kept.some((one) => isSame(old, one)));
  const told = incident.told.filter((old) => !gone.some((one) => isSame(old, one)));
  // The message of the decision has named what it expects and what is missing.
  const named = fresh.filter(
    ({ container = '' }) => wasDecided(incident) && incident.expected.includes(container),
  );
  const joined: Incident = {
    ...others,
    ...(isClear && { clearSince: clearSince ?? state.now }),
    breaches: [...kept, ...fresh],
    effects: [...new Set([...incident.effects, ...fresh.flatMap(({ rule }) => effectsOfRule(policy, rule))])],
    told: [
      ...told,
      ...named.map(({ rule, container = '', since = 0 }) => ({
        rule,
        container,
        since,
        count: 1,
        at: state.now,
      })),
    ],
  };
  withNews(context, update(context, joined, {}));
}

/** From the start of a heal until the next decision, the decision's message tells what became of an expected container. */
function isAwaited({ state, passive, expected }: Incident, { container = '' }: Breach): boolean {
  const isHealing = state === 'healing' || state === 'settling' || (state === 'verifying' && !passive);
  return isHealing && expected.includes(container);
}

function wasDecided({ heals, state }: Incident): boolean {
  return heals.length > 0 && state !== 'holding' && state !== 'open';
}

/** T24: an incident of states alone is over once nothing of it has held for a while; until then people are reminded. */
export function lookHolding(context: ReducerContext, incident: Incident): void {
  const { state, policy } = context;
  if (breachedOf(state, policy, incident.key).length > 0) return;
  if (state.now >= wellFrom(incident)) {
    const isIll = incident.breaches.some(({ container = '' }) => isUnhealthy(state, container));
    const well = isIll
      ? 'it has never been healthy, and is named once'
      : 'all that was told is well again or gone';
    resolve(context, incident, well);
  } else if (!incident.acknowledged && state.now >= incident.until) remind(context, incident);
}

/** From when on an incident of states alone counts as over; never while one of them holds. */
export function wellFrom({ clearSince, counters }: Incident): number {
  return clearSince === undefined ? Infinity : clearSince + Math.min(WELL * 2 ** counters.reopened, WELL_MAX);
}
