import type { Effect, IncidentSnapshot } from '../../src/model.ts';

/** 2025-12-17T16:18:10.250Z, when the example's incident is told. */
export const OPENED = Date.parse('2025-12-17T16:18:10.250Z');

/** A story as the example session's incident has it; what a test cares about is given. */
export function story(given: Partial<IncidentSnapshot> = {}): IncidentSnapshot {
  return {
    incident: '20251217T161807-host-1',
    key: 'host',
    openedAt: OPENED,
    at: given.at ?? OPENED,
    state: 'queued',
    reason: '21 critical events (threshold: 5); 54 errors (threshold: 50)',
    breaches: [
      { rule: 'critical', kinds: ['critical'], count: 21, limit: 5 },
      { rule: 'errors', kinds: ['error'], count: 54, limit: 50 },
    ],
    counts: { critical: 21, error: 54, warning: 6, restart: 1 },
    containers: {
      quantum_postgres: { critical: 21, error: 11, warning: 1, restart: 1 },
      quantum_ai_engine: { critical: 0, error: 43, warning: 5, restart: 0 },
      quantum_redis: { critical: 0, error: 0, warning: 0, restart: 0 },
    },
    groups: [
      {
        kind: 'error',
        container: 'quantum_ai_engine',
        fingerprint: 'XGBoost predict failed: Feature shape mismatch, expected #, got #',
        sample: 'XGBoost predict failed: Feature shape mismatch, expected 49, got 22',
        count: 43,
        first: OPENED - 3_000,
        last: OPENED,
      },
      {
        kind: 'critical',
        container: 'quantum_postgres',
        fingerprint: 'FATAL: database ? does not exist',
        sample: 'FATAL:  database "quantum" does not exist',
        count: 21,
        first: OPENED - 5_000,
        last: OPENED,
      },
    ],
    samples: {
      critical: [
        {
          at: OPENED - 5_000,
          container: 'quantum_postgres',
          text: 'FATAL:  database "quantum" does not exist',
        },
      ],
      error: [
        {
          at: OPENED - 3_000,
          container: 'quantum_ai_engine',
          text: 'XGBoost predict failed: Feature shape mismatch, expected 49, got 22',
        },
      ],
      warning: [],
      restart: [
        { at: OPENED - 6_000, container: 'quantum_postgres', text: 'restarted by policy, exit code 2' },
      ],
    },
    timeline: [
      { at: OPENED - 3_000, from: 'healthy', to: 'open', reason: 'limits reached: critical' },
      { at: OPENED, from: 'open', to: 'queued', reason: 'heal is due' },
    ],
    heals: [],
    gaps: [],
    foundAtStart: false,
    ask: '',
    ...given,
  };
}

/** An effect of that story. Its id is the incident's with its part, as the core names them. */
export function effect(given: Partial<Effect> & { readonly n?: number } = {}): Effect {
  const told = given.story ?? story();
  const { kind = 'alert', part = kind === 'heal' ? 'heal' : 'opened', n } = given;
  const suffix = n === undefined ? '' : `:${n}`;
  const id = given.id ?? `${told.incident}:${part}${suffix}`;
  return { type: 'effect', kind, part, id, at: given.at ?? told.at, story: told };
}
