import type { EffectKind, NotificationType } from '../model.ts';
import type { Incident } from './state.ts';

/**
 * Where a notification goes: to alert and report as far as the incident's rules have those effects. An incident that
 * may heal alerts when it is escalated even if its rules ask for no alert: somebody has to know that healing has
 * failed.
 */
export function channels(incident: Incident, part: NotificationType): readonly EffectKind[] {
  const loud = (part === 'escalated' || part === 'reminder') && incident.effects.includes('heal');
  return (['alert', 'report'] as const).filter(
    (kind) => incident.effects.includes(kind) || (kind === 'alert' && loud),
  );
}
