import { applyEvent, removeRun } from './apply-event.ts';
import { applyInspected } from './apply-inspected.ts';
import { labelsOf } from './events.ts';
import { explainDue, nextDueOf } from './explain-start.ts';
import type { TrackerState } from './saved-position.ts';
import type { RestartObservation, RestartTracker, TrackerOptions } from './tracker.ts';
import { engineBack } from './engine-back.ts';
import { addRun, savedMemory, trackerMemory } from './tracker-memory.ts';

export type { RestartObservation, RestartTracker, TrackerOptions } from './tracker.ts';

/** Makes a tracker; `saved` is where one left off. */
export function restartTracker(options: TrackerOptions, saved?: TrackerState): RestartTracker {
  const memory = trackerMemory(options, saved);
  const { runs } = memory;
  return {
    event: (event) => {
      explainDue(memory, event.at);
      const run = runs.get(event.id) ?? addRun(memory, event.id, event.name, labelsOf(event));
      applyEvent(memory, run, event);
      return observed();
    },
    inspected: (found, now) => {
      explainDue(memory, now);
      applyInspected(memory, found, now);
      return observed();
    },
    absent: (id, now) => {
      explainDue(memory, now);
      const run = runs.get(id);
      if (run !== undefined) removeRun(memory, run, now);
      return observed();
    },
    engine: (change, at) => {
      if (change === 'back') engineBack(memory, at);
      else Object.assign(memory, { engineLostAt: at, engineBackAt: undefined });
    },
    due: (now) => {
      explainDue(memory, now);
      return observed();
    },
    nextDue: () => nextDueOf(memory),
    life: (id) => {
      const { state, healthy, exitCode } = runs.get(id) ?? {};
      const isDown = state === 'exited' || state === 'restarting';
      return {
        ...(state === 'running' && healthy === false && { unhealthy: true }),
        ...(isDown && exitCode !== undefined && { exitCode }),
      };
    },
    snapshot: () => savedMemory(memory),
  };

  function observed(): readonly RestartObservation[] {
    const { out } = memory;
    memory.out = [];
    return out;
  }
}
