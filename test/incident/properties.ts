import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boot } from '../../src/incidents/boot.ts';
import { alerts } from './alerts.ts';
import { calm, cure, history, HOUR, MINUTE, SECOND } from './history.ts';
import type { History, Storm } from './history.ts';
import { Violation } from './invariants.ts';
import { simulate, Simulation, START } from './simulation.ts';
import { stateTimers } from './state-timers.ts';
import { timers } from './timers.ts';

/** One property of the incident machine, and what a soak counts of it. */
export interface Property {
  readonly name: string;
  /** The share of the histories it is given. */
  readonly share: number;
  readonly property: fc.IProperty<unknown[]>;
}

const burst = (kind: Storm['kind'] = 'critical'): fc.Arbitrary<Storm> =>
  fc
    .record({ at: fc.nat(10 * MINUTE), every: fc.constantFrom(10, 250, SECOND), extra: fc.nat(60) })
    .map(({ at, every, extra }) => ({ kind, at, every, length: (8 + extra) * every, curable: true }));

const heals = (plan: Partial<typeof cure>): fc.Arbitrary<History['heals']> =>
  fc.record({ length: fc.nat(4 * MINUTE) }).map(({ length }) => [{ ...cure, ...plan, length }]);

/**
 * Every property of the core; the general one carries almost all invariants. Their numbers are those of
 * docs/reference/incident-transitions.md.
 */
export const properties: readonly Property[] = [
  {
    name: 'I18: one burst and a curing heal are exactly opened, heal and resolved',
    share: 0.04,
    property: fc.property(
      fc
        .record({ storm: burst(), plans: heals({ aftershocks: [SECOND, 5 * SECOND, 5 * SECOND] }) })
        .map(({ storm, plans }): History => ({
          ...calm,
          storms: [{ ...storm, length: Math.min(storm.length, 3 * SECOND + 40 * storm.every) }],
          heals: plans.map((plan) => ({ ...plan, length: plan.length + 50 * SECOND })),
        })),
      (plan) => {
        const done = simulate(plan);
        assert.deepEqual(alerts(done), ['opened', 'heal', 'resolved']);
        const opened = done.watcher.moves.find(({ to }) => to === 'open')?.at ?? 0;
        const resolved = done.watcher.moves.find(({ to }) => to === 'resolved')?.at ?? Infinity;
        const heal = plan.heals[0]?.length ?? 0;
        assert.ok(resolved - opened <= 3 * SECOND + heal + 11 * MINUTE, 'resolved late');
      },
    ),
  },
  {
    name: 'I20: a heal that never cures is tried twice, then one person is called, and few messages follow',
    share: 0.04,
    property: fc.property(
      fc
        .record({ every: fc.integer({ min: 20, max: 60 }), plans: heals({ cures: false }) })
        .map(({ every, plans }): History => ({
          ...calm,
          storms: [{ at: 0, length: 48 * HOUR, every: every * SECOND, kind: 'error', curable: true }],
          heals: plans,
        })),
      (plan) => {
        const done = simulate(plan);
        assert.equal(done.watcher.heals.length, 2);
        assert.equal(alerts(done).filter((part) => part === 'escalated').length, 1);
        const times = done.watcher.asked.filter(({ kind }) => kind === 'alert').map(({ at }) => at);
        for (const at of times) {
          assert.ok(
            times.filter((other) => other >= at && other < at + 24 * HOUR).length <= 10,
            'too many messages',
          );
        }
      },
    ),
  },
  {
    name: 'I22: without a heal one burst is exactly opened and resolved',
    share: 0.04,
    property: fc.property(
      burst().map((storm): History => ({ ...calm, healConfigured: false, storms: [storm] })),
      (plan) => {
        assert.deepEqual(alerts(simulate(plan)), ['opened', 'resolved']);
      },
    ),
  },
  {
    name: 'I23: a stack left dead and silent is never resolved; it is healed again in time, then escalated',
    share: 0.04,
    property: fc.property(
      fc
        .record({ storm: burst(), plans: heals({ cures: false }), container: fc.nat(2), gone: fc.nat(60) })
        .map(({ storm, plans, container, gone }): History => ({
          ...calm,
          storms: [storm],
          heals: plans,
          deaths: [
            { at: storm.at + gone * SECOND, length: 20 * HOUR, container, excused: false, removed: false },
          ],
        })),
      (plan) => {
        const done = new Simulation(plan).run(START + 19 * HOUR);
        assert.deepEqual(alerts(done).slice(0, 4), ['opened', 'heal', 'heal', 'escalated']);
        assert.ok(!alerts(done).includes('resolved'), 'resolved although dead');
        const [first, second] = done.watcher.heals;
        assert.ok(
          (second?.started ?? Infinity) - (first?.ended ?? 0) <= 15 * MINUTE,
          'healed again too late',
        );
      },
    ),
  },
  ...timers,
  ...stateTimers,
  {
    name: 'every invariant holds over any history',
    share: 0.727,
    property: fc.property(history, (plan) => {
      simulate(plan);
    }),
  },
  {
    name: 'ticking every five seconds and jumping from deadline to deadline take the same way',
    share: 0.02,
    property: fc.property(
      history.map((plan) => ({ ...plan, crashes: [] })),
      (plan) => {
        const ticked = new Simulation(plan, {}, { tickEvery: 5 * SECOND }).run();
        assert.deepEqual(ticked.watcher.moves, simulate(plan).watcher.moves);
      },
    ),
  },
  {
    name: 'I15: taking the state up twice is the same as taking it up once',
    share: 0.02,
    property: fc.property(history, (plan) => {
      const { core, now } = new Simulation(plan).run(START + 40 * MINUTE);
      if (core === undefined) return;
      const once = boot(core, now);
      assert.deepEqual(boot(once, now), once);
    }),
  },
];

/** A history, or what else a property is given, as plain JSON, and the property by its name. */
export interface Example {
  readonly property: string;
  readonly values: readonly unknown[];
}

/** What a run over all the properties came to. */
export interface Verdict {
  readonly histories: number;
  readonly failure?: Example & { readonly error: unknown };
}

/** Runs one property on one example of it; one that is unknown by now breaks nothing. */
export function checkExample({ property: name, values }: Example): Verdict {
  const own = properties.find((property) => property.name === name);
  if (own === undefined) return { histories: 0 };
  const result = fc.check(own.property, { examples: [[...values]], numRuns: 1, endOnFailure: true });
  if (!result.failed) return { histories: 1 };
  return { histories: 1, failure: { property: name, values, error: result.errorInstance } };
}

/** Runs every property over its share of the histories, and stops at the first that fails, shrunk. */
export function check(seed: number, histories: number, shrink = true): Verdict {
  let total = 0;
  for (const { name, share, property } of properties) {
    const result = fc.check(property, {
      seed,
      numRuns: Math.max(1, Math.round(histories * share)),
      ...(!shrink && { endOnFailure: true }),
      interruptAfterTimeLimit: 600_000,
    });
    total += result.numRuns;
    if (result.failed && result.counterexample !== null) {
      const { counterexample: values, errorInstance: error } = result;
      return { histories: total, failure: { property: name, values, error } };
    }
  }
  return { histories: total };
}

/** The invariant or assertion an error is about, in one line. */
export function inOneLine(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
