import type { Status } from '../control/status.ts';

/** The hour in one record: enough to see in the journal that all is well, and how well. `before` is an hour ago. */
export function summary(
  status: Status,
  before: Status['lines'],
): { readonly facts: object; readonly text: string } {
  const { containers, incidents, window, lines, engine, blind, rss } = status;
  const { critical, error, warning, restart } = window.counts;
  const open = incidents.filter(({ state }) => state !== 'resolved');
  const seen = engine.state === 'up' ? (blind ?? 'everything is read') : 'the Docker Engine is away';
  const incident = open.length === 0 ? 'no incident' : `incident ${open.map(({ id }) => id).join(', ')}`;
  return {
    facts: {
      lines: lines.judged - before.judged,
      entries: lines.entries - before.entries,
      containers: containers.length,
      window: { critical, errors: error, warnings: warning, restarts: restart },
      incidents: open.map(({ id, state }) => ({ id, state })),
      rss,
    },
    text: `the last hour: ${lines.judged - before.judged} lines of ${containers.length} containers; ${incident}; ${seen}`,
  };
}
