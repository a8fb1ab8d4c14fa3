import type { Incident } from './state.ts';
import { channels } from './transitions.ts';
import { transition, update, emitNext } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';

/** T21: somebody has taken the incident on. Its reminders end; the report says so. */
export function acknowledge(context: ReducerContext, id: string): void {
  const incident = Object.values(context.state.keys).find((key) => key.incident?.id === id)?.incident;
  if (incident === undefined || incident.acknowledged || incident.state === 'resolved') return;
  const noted = transition(context, incident, incident.state, 'acknowledged by an operator');
  note(context, update(context, noted, { acknowledged: true }));
}

/** T21: new attempts are allowed. What has been escalated is decided again; cooldown and budget stay as they are. */
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
