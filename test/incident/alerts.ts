import type { NotificationType } from '../../src/model.ts';
import type { Simulation } from './simulation.ts';

/** The alerts of a history in order, as parts. */
export function alerts(done: Simulation): readonly NotificationType[] {
  return done.watcher.asked.filter(({ kind }) => kind === 'alert').map(({ part }) => part);
}
