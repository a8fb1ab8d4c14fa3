import type { Breach } from '../model.ts';
import { joined } from './breaches.ts';
import { calmedDown } from './cooldown.ts';
import { transition, update } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { Incident } from './state.ts';
import { begin } from './open-incident.ts';
import { withStates } from './with-states.ts';
import { expectedFor, upAgain, withPresence } from './world.ts';

/** Why an incident begins, or comes back, that no limit has opened (docs/reference/incident-transitions.md). */
const STATE_REACHED = 'something is not as it should be';

/** T24: states alone open an incident, which expects nothing. */
export function openByState(context: ReducerContext, key: string, states: readonly Breach[]): void {
  begin(context, key, STATE_REACHED, (fresh) => withStates(context, fresh, states));
}

/** T24: states alone bring back an incident that has recovered; what a health check does is no flapping of the incident. */
export function reopenByState(context: ReducerContext, incident: Incident, states: readonly Breach[]): void {
  const { now } = context.state;
  const again = {
    ...upAgain(incident),
    expected: [],
    breaches: [],
    told: [],
    newsAt: 0,
    subjects: [],
    sources: [],
  };
  const reopened = transition(context, withStates(context, again, states), 'open', STATE_REACHED);
  update(context, reopened, {
    until: now + context.policy.incident.groupWait,
    announced: false,
    counters: { ...reopened.counters, reopened: reopened.counters.reopened + 1 },
  });
}

/** T24: a limit is reached as well: from here on the incident goes the way of those that a limit has opened. */
export function leaveHolding(context: ReducerContext, incident: Incident, readBack: boolean): void {
  const { now, healing } = context.state;
  context.state = { ...context.state, healing: calmedDown(context.state, context.policy.incident) };
  const { clearSince, ...others } = upAgain(incident);
  const isOld = clearSince !== undefined || now >= incident.since + context.policy.incident.reopenWindow;
  const again = withPresence(context.state, {
    ...others,
    ...(isOld && healing.running === undefined && { attempts: 0 }),
    expected: expectedFor(context.state, context.policy, incident.key),
    aliveSince: now,
    readBack,
    subjects: [],
    sources: [],
    newsAt: 0,
  });
  update(context, transition(context, joined(context, again), 'open', 'a limit is reached as well'), {
    until: now + context.policy.incident.groupWait,
    announced: false,
    wasHolding: true,
  });
}
