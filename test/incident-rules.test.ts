import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { SILENCE, type Counts, type Effect, type Kind, type Signal, type Tally } from '../src/model.ts';
import { decide } from '../src/incidents/decide.ts';
import type { Situation } from '../src/incidents/decide.ts';
import { add, countAfter, none, nth } from '../src/incidents/newest.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { reduce } from '../src/incidents/reduce.ts';
import { initial } from '../src/incidents/state.ts';
import { reasonText, ruleMatches, rulesOf } from '../src/incidents/rules.ts';

const START = Date.parse('2026-01-05T00:00:00.000Z');

function signal(kind: Kind, more: Partial<Signal> = {}): Signal {
  const text = more.text ?? 'it broke';
  return {
    type: 'signal',
    source: 'docker',
    kind,
    at: START,
    container: 'api',
    labels: {},
    fingerprint: text,
    rule: 'test',
    ...more,
    text,
  };
}

describe('rules', () => {
  it('where a limit is switched off, a container may have one of its own by its label, and nobody else has any', () => {
    const config = configSchema.parse({ limits: { errors: 'off' } });
    const tally = (at: number): Tally => ({
      at,
      counts: { critical: 0, error: 9, warning: 0, restart: 0 },
      containers: new Map(),
      groups: [],
      samples: { critical: [], error: [], warning: [], restart: [] },
    });
    const labels = { 'quantum-realtime.limits.errors': '3' };
    const after = (container: string, own: Record<string, string>) =>
      Array.from({ length: 9 }, () => signal('error', { container, labels: own })).reduce(
        (state, one) => reduce(state, one, one.at, tally, policyOf(config)).state,
        initial(config, START),
      );
    expect(after('web', {})).toMatchObject({ slots: [], keys: {} });
    const { slots, keys } = after('batch', labels);
    expect(slots).toEqual([{ rule: 'errors', limit: 3, container: 'batch' }]);
    expect(keys['host']?.incident?.breaches[0]).toMatchObject({
      rule: 'errors',
      container: 'batch',
      limit: 3,
    });
  });

  it('are the three limits, the silence of the host, and what is configured, which may replace one of them', () => {
    const rules = [
      { name: 'errors', kinds: ['error'], limit: 7 },
      { name: 'pg', kinds: ['critical'], limit: 1, window: '5m', containers: ['*postgres*'] },
    ];
    const made = rulesOf(configSchema.parse({ rules }));
    expect(made.map(({ name, limit, window }) => [name, limit, window])).toEqual([
      ['critical', 5, 3_600_000],
      ['errors', 7, 3_600_000],
      ['restarts', 2, 3_600_000],
      ['silence', 1, 3_600_000],
      ['pg', 1, 300_000],
    ]);
  });

  it('a silent host counts for its own alarm alone, and nobody is healed for it', () => {
    const rules = rulesOf(configSchema.parse({}));
    const silent = signal('critical', { container: SILENCE });
    expect(
      rules.filter((rule) => ruleMatches(rule, silent)).map(({ name, effects }) => [name, effects]),
    ).toEqual([['silence', ['alert', 'report']]]);
    const usual = signal('critical', { container: 'db' });
    expect(rules.filter((rule) => ruleMatches(rule, usual)).map(({ name }) => name)).toEqual(['critical']);
  });

  it('count by kind, container globs, labels and pattern', () => {
    const [, , , , rule] = rulesOf(
      configSchema.parse({
        rules: [
          {
            name: 'db',
            kinds: ['error', 'critical'],
            limit: 1,
            containers: ['shop/*', '*-db'],
            labels: { tier: 'data' },
            pattern: 'deadlock|timeout',
          },
        ],
      }),
    );
    if (rule === undefined) throw new Error('no rule');
    const fits = { container: 'shop/orders', labels: { tier: 'data' }, text: 'Deadlock found' };
    expect(ruleMatches(rule, signal('error', fits))).toBe(true);
    expect(ruleMatches(rule, signal('error', { ...fits, container: 'orders-db' }))).toBe(true);
    expect(ruleMatches(rule, signal('warning', fits))).toBe(false);
    expect(ruleMatches(rule, signal('error', { ...fits, container: 'web' }))).toBe(false);
    expect(ruleMatches(rule, signal('error', { ...fits, labels: {} }))).toBe(false);
    expect(ruleMatches(rule, signal('error', { ...fits, text: 'refused' }))).toBe(false);
  });

  it('name their reason in a fixed order and wording', () => {
    const breach = (rule: string, kind: Kind, count: number, limit: number, container?: string) => ({
      rule,
      kinds: [kind],
      count,
      limit,
      ...(container !== undefined && { container }),
    });
    expect(
      reasonText([
        breach('pg', 'error', 3, 1, 'db'),
        breach('restarts', 'restart', 2, 2),
        breach('errors', 'error', 482, 50),
        breach('critical', 'critical', 353, 5),
      ]),
    ).toBe(
      '353 critical events (threshold: 5); 482 errors (threshold: 50); 2 container restarts (threshold: 2); ' +
        '3 errors in db by rule pg (threshold: 1)',
    );
  });
});

/** Feeds signals, then waits three seconds; returns the effects. */
function told(config: ReturnType<typeof configSchema.parse>, signals: readonly Signal[]): readonly Effect[] {
  const policy = policyOf(config);
  const tally = (at: number): Tally => {
    const containers = new Map<string, Counts>();
    const zero: Counts = { critical: 0, error: 0, warning: 0, restart: 0 };
    let counts = zero;
    for (const { kind, container } of signals) {
      counts = { ...counts, [kind]: counts[kind] + 1 };
      const known = containers.get(container) ?? zero;
      containers.set(container, { ...known, [kind]: known[kind] + 1 });
    }
    return {
      at,
      counts,
      containers,
      groups: [],
      samples: { critical: [], error: [], warning: [], restart: [] },
    };
  };
  let state = initial(config, START);
  const effects: Effect[] = [];
  for (const input of [...signals, { type: 'tick' as const, at: START + 3_000 }]) {
    const step = reduce(state, input, input.at, tally, policy);
    state = step.state;
    effects.push(...step.effects);
  }
  return effects;
}

describe('limits of their own', () => {
  it('a container with a label has its own limit and no longer counts towards the host', () => {
    const labels = { 'quantum-realtime.limits.errors': '3' };
    const config = configSchema.parse({ limits: { errors: 5 }, heal: { command: ['heal'] } });
    const noisy = [1, 2].map(() => signal('error', { container: 'noisy', labels }));
    const others = [1, 2, 3, 4].map(() => signal('error'));
    expect(told(config, [...noisy, ...others])).toEqual([]);
    const [alert] = told(config, [...noisy, signal('error', { container: 'noisy', labels }), ...others]);
    expect(alert?.story.reason).toBe('3 errors in noisy (threshold: 3)');
  });

  it('a rule for each container counts each on its own', () => {
    const rules = [{ name: 'each', kinds: ['warning'], limit: 3, scope: 'container' }];
    const config = configSchema.parse({ rules });
    const spread = ['a', 'b', 'a', 'b'].map((container) => signal('warning', { container }));
    expect(told(config, spread)).toEqual([]);
    const [alert] = told(config, [...spread, signal('warning', { container: 'b' })]);
    expect(alert?.story.reason).toBe('3 warnings in b by rule each (threshold: 3)');
  });

  it('a rule that only reports sends no alert and heals nothing', () => {
    const rules = [{ name: 'quietly', kinds: ['warning'], limit: 1, effects: ['report'] }];
    const config = configSchema.parse({ rules, heal: { command: ['heal'] } });
    expect(told(config, [signal('warning')]).map(({ kind }) => kind)).toEqual(['report']);
  });

  it('rules with a key of their own make an incident of their own', () => {
    const rules = [{ name: 'billing', kinds: ['error'], limit: 1, containers: ['bill*'], key: 'billing' }];
    const config = configSchema.parse({ rules, limits: { critical: 1 } });
    const effects = told(config, [signal('error', { container: 'billing' }), signal('critical')]);
    expect(new Set(effects.map(({ story }) => story.key))).toEqual(new Set(['billing', 'host']));
  });

  it('a restart by hand is no evidence unless the configuration says so', () => {
    const byHand = [1, 2].map(() => signal('restart', { cause: 'manual' }));
    expect(told(configSchema.parse({}), byHand)).toEqual([]);
    expect(told(configSchema.parse({ restarts: { count: ['manual'] } }), byHand)).not.toEqual([]);
  });
});

describe('what a breach leads to', () => {
  const due: Situation = {
    healConfigured: true,
    healWanted: true,
    paused: false,
    storable: true,
    fresh: true,
    commandBroken: false,
    attemptsLeft: true,
    budgetLeft: true,
    coolingDown: false,
    statesOnly: false,
    queueFull: false,
  };
  it.each<[string, Partial<Situation>, string]>([
    ['a heal, where nothing speaks against it', {}, 'queued: a heal is due'],
    ['no heal, where none is configured', { healConfigured: false }, 'verifying: no heal is configured'],
    [
      'no heal, where the rule asks for none',
      { healWanted: false },
      'verifying: no breached rule calls for a heal',
    ],
    [
      'no heal during a pause, spent attempts or not',
      { paused: true, attemptsLeft: false },
      'verifying: healing is paused',
    ],
    [
      'no heal that nobody would know of after a crash',
      { storable: false, fresh: false },
      'verifying: the state cannot be stored',
    ],
    ['no heal on old evidence', { fresh: false }, 'verifying: the evidence is not fresh'],
    [
      'a person, where the command is broken',
      { commandBroken: true },
      'escalated: the heal command cannot be run',
    ],
    ['a person, where all attempts are spent', { attemptsLeft: false }, 'escalated: all attempts are spent'],
    ['a person, where the budget is spent', { budgetLeft: false }, "escalated: the day's heals are spent"],
    [
      'waiting, where the last heal is recent',
      { coolingDown: true },
      'cooldown: the last heal is too recent',
    ],
    ['a person, where too many wait already', { queueFull: true }, 'escalated: too many heals are waiting'],
  ])('%s', (_, situation, expected) => {
    const { to, reason } = decide({ ...due, ...situation });
    expect(`${to}: ${reason}`).toBe(expected);
  });
});

describe('the newest timestamps', () => {
  it('are the same as sorting them all, whatever order they come in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { maxLength: 400 }),
        fc.integer({ min: 1, max: 200 }),
        (times, limit) => {
          const kept = times.reduce((newest, at) => add(newest, at, limit), none);
          const sorted = times.toSorted((a, b) => b - a);
          for (let n = 1; n <= limit; n += 1) expect(nth(kept, n)).toBe(sorted[n - 1]);
          expect(kept.chunks.flat().length + kept.tail.length).toBeLessThanOrEqual(limit + 128);
          const from = sorted[Math.min(limit, sorted.length) - 1] ?? 0;
          expect(countAfter(kept, from)).toBe(times.filter((at) => at > from).length);
        },
      ),
    );
  });

  it('do not change what came before', () => {
    const one = add(none, 5, 3);
    add(one, 7, 3);
    add(one, 4, 3);
    expect(one).toEqual({ chunks: [], tail: [5] });
  });
});
