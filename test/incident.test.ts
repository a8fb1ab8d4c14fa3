import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import type { Signal, Tally } from '../src/model.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { reduce } from '../src/incidents/reduce.ts';
import type { Input } from '../src/incidents/reduce.ts';
import { initial } from '../src/incidents/state.ts';

const T0 = Date.parse('2025-12-17T16:18:07.250Z');
const config = configSchema.parse({ heal: { command: ['heal'] } });
const policy = policyOf(config);
const zero = { critical: 0, error: 0, warning: 0, restart: 0 };

function signal(kind: Signal['kind'], at: number): Signal {
  return {
    type: 'signal',
    kind,
    at,
    source: 'docker',
    container: 'quantum_postgres',
    labels: {},
    text: 'x',
    fingerprint: 'x',
    rule: 'r',
  };
}

describe('the recorded session', () => {
  it('opens at the fifth critical, tells three seconds later, heals once, resolves after ten quiet minutes', () => {
    let state = initial(config, T0 - 60_000);
    const counts = { ...zero };
    const tally = (): Tally => ({
      at: state.now,
      counts: { ...counts },
      containers: new Map(),
      groups: [],
      samples: { critical: [], error: [], warning: [], restart: [] },
    });
    const log: string[] = [];
    const feed = (input: Input, at: number) => {
      const step = reduce(state, input, at, tally, policy);
      state = JSON.parse(JSON.stringify(step.state)) as typeof state;
      for (const t of step.transitions)
        log.push(`${new Date(t.at).toISOString()} ${t.from}->${t.to}: ${t.reason}`);
      for (const e of step.effects)
        log.push(`${new Date(e.at).toISOString()} ${e.kind} ${e.id} | ${e.story.reason} | ${e.story.ask}`);
    };
    for (let n = 4; n >= 0; n -= 1) {
      counts.critical += 1;
      feed(signal('critical', T0 - n * 100), T0 - n * 100);
    }
    for (let n = 1; n <= 60; n += 1) {
      counts.error += 1;
      feed(signal('error', T0 + n * 10), T0 + n * 10);
    }
    feed({ type: 'tick', at: T0 + 20_000 }, T0 + 20_000);
    feed(
      {
        type: 'outcome',
        effect: state.healing.running?.id ?? '',
        kind: 'heal',
        at: T0 + 33_000,
        ok: true,
        detail: '',
        result: 'ok',
      },
      T0 + 33_000,
    );
    feed({ type: 'tick', at: T0 + 3_600_000 }, T0 + 3_600_000);
    expect(log.join('\n')).toMatchInlineSnapshot(`
      "2025-12-17T16:18:07.250Z healthy->open: a limit is reached
      2025-12-17T16:18:10.250Z open->queued: a heal is due
      2025-12-17T16:18:10.250Z queued->healing: the slot is free
      2025-12-17T16:18:10.250Z alert 20251217T161807Z-host-1:opened | 5 critical events (threshold: 5); 60 errors (threshold: 50) | Nothing to do yet: the heal is starting.
      2025-12-17T16:18:10.250Z report 20251217T161807Z-host-1:opened:report | 5 critical events (threshold: 5); 60 errors (threshold: 50) | Nothing to do yet: the heal is starting.
      2025-12-17T16:18:10.250Z heal 20251217T161807Z-host-1:heal:1:run | 5 critical events (threshold: 5); 60 errors (threshold: 50) | Nothing to do yet: the heal is starting.
      2025-12-17T16:18:40.250Z healing->settling: the heal ended: ok
      2025-12-17T16:18:40.250Z alert 20251217T161807Z-host-1:heal:1 | 5 critical events (threshold: 5); 60 errors (threshold: 50) | Nothing to do yet: watching for 10m whether it stays quiet; another attempt follows if a limit is reached again.
      2025-12-17T16:18:40.250Z report 20251217T161807Z-host-1:heal:1:report | 5 critical events (threshold: 5); 60 errors (threshold: 50) | Nothing to do yet: watching for 10m whether it stays quiet; another attempt follows if a limit is reached again.
      2025-12-17T16:19:40.250Z settling->verifying: settled
      2025-12-17T16:29:40.250Z verifying->resolved: quiet, alive and observed
      2025-12-17T16:59:40.250Z resolved->closed: no relapse
      2025-12-17T16:29:40.250Z alert 20251217T161807Z-host-1:resolved:1 | 5 critical events (threshold: 5); 60 errors (threshold: 50) | 
      2025-12-17T16:29:40.250Z report 20251217T161807Z-host-1:resolved:1:report | 5 critical events (threshold: 5); 60 errors (threshold: 50) | "
    `);
  });
});

describe('a container named as what every object inherits', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    '%s is met, breaches and is expected like any other',
    (name) => {
      const tally = (): Tally => ({
        at: T0,
        counts: zero,
        containers: new Map(),
        groups: [],
        samples: { critical: [], error: [], warning: [], restart: [] },
      });
      const known = { labels: {}, healthy: true, stoppedByOperator: false, expectedExit: false };
      const inputs: Input[] = [
        { type: 'container', source: 'docker', at: T0, id: 'a', container: name, state: 'running', ...known },
        ...[1, 2, 3, 4, 5].map((ms) => ({ ...signal('critical', T0 + ms), container: name })),
        {
          type: 'container',
          source: 'docker',
          at: T0 + 10,
          id: 'a',
          container: name,
          state: 'exited',
          ...known,
        },
      ];
      let state = initial(config, T0);
      for (const input of inputs) {
        const step = reduce(state, input, input.at, tally, policy);
        state = JSON.parse(JSON.stringify(step.state)) as typeof state;
      }
      expect(state.keys['host']?.incident).toMatchObject({ state: 'open', expected: [name] });
      expect(state.keys['host']?.incident?.downSince).toBe(T0 + 10);
    },
  );
});
