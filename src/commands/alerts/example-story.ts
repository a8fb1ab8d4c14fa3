import type { IncidentSnapshot } from '../../model.ts';

/** An invented incident, opened at a moment (epoch milliseconds): a database that fails, by the limit on critical events. */
export function exampleStory(at: number): IncidentSnapshot {
  const counts = { critical: 5, error: 2, warning: 0, restart: 0 };
  const container = 'quantum_postgres';
  return {
    incident: 'example-host-1',
    key: 'host',
    openedAt: at,
    at,
    state: 'open',
    reason: '5 critical events (threshold: 5)',
    breaches: [{ rule: 'critical', kinds: ['critical'], count: 5, limit: 5 }],
    deciding: { counts, containers: [{ container, counts }], groups: [], isLess: false },
    counts,
    containers: { [container]: counts },
    groups: [],
    samples: { critical: [], error: [], warning: [], restart: [] },
    timeline: [{ at, from: 'healthy', to: 'open', reason: 'a limit is reached' }],
    heals: [],
    gaps: [],
    foundAtStart: false,
    ask: '',
  };
}
