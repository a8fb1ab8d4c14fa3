import type { Incident } from './state.ts';
import { channels } from './channels.ts';
import { transition, update, emitNext } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import { withoutContainer, withPresence } from './world.ts';

/**
 * T21 (docs/reference/incident-transitions.md): an operator acknowledges the incident. Its reminders end; the report
 * says so. An id that is not open, or acknowledged already, changes nothing.
 */
export function acknowledge(context: ReducerContext, id: string): void {
  const incident = Object.values(context.state.keys).find((key) => key.incident?.id === id)?.incident;
  if (incident === undefined || incident.acknowledged || incident.state === 'resolved') return;
  const noted = transition(context, incident, incident.state, 'acknowledged by an operator');
  note(context, update(context, noted, { acknowledged: true }));
}

/**
 * T21: an operator says that a container is gone for good: no incident misses it any more, and what was told of it has ended.
 * While a heal runs or settles nothing is known of what it will leave behind: then it stays expected.
 */
export function dropGone(context: ReducerContext, name: string): void {
  context.state = withoutContainer(context.state, name);
  for (const { incident } of Object.values(context.state.keys)) {
    if (incident === undefined || incident.state === 'resolved') continue;
    if (incident.state === 'healing' || incident.state === 'settling') continue;
    const isMissed =
      incident.expected.includes(name) || incident.breaches.some(({ container }) => container === name);
    if (!isMissed) continue;
    const dropped = withPresence(context.state, {
      ...incident,
      expected: incident.expected.filter((other) => other !== name),
    });
    const noted = transition(context, dropped, dropped.state, `${name} is gone for good, says an operator`);
    note(context, noted);
  }
}

/**
 * T21: allows new attempts in every open incident. Escalated ones are decided again at once; cooldown and budget stay
 * as they are.
 */
export function resetHeals(context: ReducerContext): void {
  for (const { incident } of Object.values(context.state.keys)) {
    if (incident === undefined || incident.state === 'resolved') continue;
    const escalated = incident.state === 'escalated';
    const noted = transition(
      context,
      incident,
      escalated ? 'open' : incident.state,
      'heals reset by an operator',
    );
    note(
      context,
      update(context, noted, { attempts: 0, broken: false, ...(escalated && { until: context.state.now }) }),
    );
  }
}

function note(context: ReducerContext, incident: Incident): void {
  emitNext(
    context,
    incident,
    'note',
    channels(incident, 'note').filter((kind) => kind === 'report'),
  );
}
