import type { Policy } from '../incidents/policy.ts';
import type { Step } from '../incidents/reducer-context.ts';
import type { Effect, TallyAt } from '../model.ts';
import { compose } from '../incidents/story.ts';
import type { EntryStore } from '../operators/classify.ts';
import type { RollingWindow } from '../operators/rolling-window.ts';
import type { Change, IncidentRecord } from '../state/change.ts';
import { type Positions, rowsOf } from './stored-positions.ts';

/** Everything that moves together: how far sources have been read, what has been counted, and what the core makes of it. */
export interface Moving {
  readonly positions: () => Positions;
  readonly entries: EntryStore;
  readonly window: RollingWindow;
  readonly policy: Policy;
  /** Names of the channels that an effect is owed to. */
  readonly channelsOf: (effect: Effect) => readonly string[];
}

/**
 * Makes one transaction of the store out of every step of the core, with positions, counts and open entries as they are
 * at that moment.
 */
export function checkpoints(moving: Moving): (step: Step, now: number) => Change {
  return (step, now) => {
    const positions = moving.positions();
    forgetAllBut(positions, moving.entries);
    const { buckets, dropped } = moving.window.takeChanges(now);
    return {
      positions: { all: rowsOf(positions) },
      entries: { all: new Map(Object.entries(moving.entries.snapshot())) },
      window: { put: new Map(buckets.map((bucket) => [bucket.start, bucket])), drop: dropped },
      core: step.state,
      owed: step.effects.map((effect) => ({
        effect,
        channels: moving.channelsOf(effect),
        at: now,
      })),
      incidents: incidentsOf(step, moving, now),
    };
  };
}

/** Open entries of what is no longer followed: an entry's origin bears the name of its part of a position. */
function forgetAllBut(positions: Positions, entries: EntryStore): void {
  const followed = new Set([...positions.values()].flatMap(({ parts }) => Object.keys(parts)));
  const ids = Object.keys(entries.snapshot()).map((key) => key.slice(0, key.lastIndexOf(' ')));
  for (const id of new Set(ids)) if (!followed.has(id)) entries.forget(id);
}

function incidentsOf({ state, incidents }: Step, { window, policy }: Moving, now: number): IncidentRecord[] {
  if (incidents.length === 0) return [];
  const tally: TallyAt = (_, since) => window.tally(now, since);
  return incidents.map((incident) => {
    const { id, openedAt, since } = incident;
    if (incident.state !== 'closed')
      return { id, openedAt, story: compose(state, incident, 'note', tally, policy) };
    const story = compose(state, { ...incident, state: 'resolved' }, 'resolved', tally, policy);
    return { id, openedAt, closedAt: since, story: { ...story, state: 'closed' } };
  });
}
