import type { Incident } from './state.ts';
import { channels } from './transitions.ts';
import { move, patch, tellNext } from './turn.ts';
import type { Turn } from './turn.ts';

/** T21: somebody has taken the incident on. Its reminders end; the report says so. */
export function acknowledge(turn: Turn, id: string): void {
  const incident = Object.values(turn.state.keys).find((key) => key.incident?.id === id)?.incident;
  if (incident === undefined || incident.acknowledged || incident.state === 'resolved') return;
  const noted = move(turn, incident, incident.state, 'acknowledged by an operator');
  note(turn, patch(turn, noted, { acknowledged: true }));
}

/** T21: new attempts are allowed. What has been escalated is decided again; cooldown and budget stay as they are. */
export function resetHeals(turn: Turn): void {
  for (const { incident } of Object.values(turn.state.keys)) {
    if (incident === undefined || incident.state === 'resolved') continue;
    const escalated = incident.state === 'escalated';
    const noted = move(turn, incident, escalated ? 'open' : incident.state, 'heals reset by an operator');
    note(
      turn,
      patch(turn, noted, { attempts: 0, broken: false, ...(escalated && { until: turn.state.now }) }),
    );
  }
}

function note(turn: Turn, incident: Incident): void {
  tellNext(
    turn,
    incident,
    'note',
    channels(incident, 'note').filter((kind) => kind === 'report'),
  );
}
