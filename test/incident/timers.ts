import assert from 'node:assert/strict';
import fc from 'fast-check';
import { alerts } from './alerts.ts';
import { calm, cure, HOUR, MINUTE, SECOND } from './history.ts';
import type { History, Storm } from './history.ts';
import type { Property } from './properties.ts';
import { simulate, Simulation, START } from './simulation.ts';

/** Eight critical events within two seconds, which a heal takes care of. */
const burst = (at: number): Storm => ({
  kind: 'critical',
  at,
  every: 250,
  length: 2 * SECOND,
  curable: true,
});

/** Three critical events a minute, until a heal cures. */
const steady = (length: number): Storm => ({
  kind: 'critical',
  at: 0,
  every: 20 * SECOND,
  length,
  curable: true,
});

/** Moments by the quarter of a second, from `least` to `most` milliseconds. */
const moment = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: least / 250, max: most / 250 }).map((quarters) => quarters * 250);

/**
 * Where a heal's own timers and bounds lead, each in a history made for it. The numbers are those of
 * docs/reference/incident-transitions.md.
 */
export const timers: readonly Property[] = [
  {
    name: 'T17: what comes back again and again is flapping, and goes to a person',
    share: 0.01,
    property: fc.property(
      moment(12 * MINUTE, 28 * MINUTE).map((pause): History => ({
        ...calm,
        healConfigured: false,
        storms: [0, 1, 2, 3].map((n) => burst(n * (pause + 10 * MINUTE + 6 * SECOND))),
      })),
      (plan) => {
        const back = ['resolved', 'reopened', 'resolved', 'reopened', 'resolved'];
        assert.deepEqual(alerts(simulate(plan)), ['opened', ...back, 'escalated', 'resolved']);
      },
    ),
  },
  {
    name: "the day's budget comes back after a day, and the streak does not outlive a quiet hour",
    share: 0.005,
    property: fc.property(
      moment(0, 20 * MINUTE).map((late): History => ({
        ...calm,
        storms: [0, 3, 6, 9, 25, 28, 31, 34].map((hour) => burst(hour * HOUR + late)),
        heals: [cure],
      })),
      (plan) => {
        const done = simulate(plan);
        assert.deepEqual(
          alerts(done),
          plan.storms.flatMap(() => ['opened', 'heal', 'resolved']),
        );
        assert.ok(!done.watcher.moves.some(({ to }) => to === 'cooldown'), 'a heal had to wait');
      },
    ),
  },
  {
    name: 'I4: the pause between heals doubles from a quarter of an hour to four hours, and no further',
    share: 0.003,
    property: fc.property(moment(0, 2 * MINUTE), (length) => {
      const plan: History = {
        ...calm,
        storms: [steady(24 * HOUR)],
        heals: [{ ...cure, length, cures: false }],
      };
      const done = simulate(plan, { incident: { budget: 99, maxAttempts: 99 } });
      const { heals } = done.watcher;
      const pauses = heals.slice(1).map(({ started }, n) => started - (heals[n]?.ended ?? Infinity));
      const least = [15, 30, 60, 120, 240, 240, 240].map((minutes) => minutes * MINUTE);
      assert.ok(pauses.length >= 7, 'too few heals');
      for (const [n, pause] of pauses.slice(0, 7).entries()) {
        assert.ok(pause >= (least[n] ?? 0) && pause <= (least[n] ?? 0) + SECOND, `pause ${n}: ${pause} ms`);
      }
    }),
  },
  {
    name: 'an interrupted heal does not keep the next one waiting for longer than things settle',
    share: 0.01,
    property: fc.property(moment(20 * SECOND, 4 * MINUTE), moment(0, MINUTE), (into, down) => {
      const plan: History = {
        ...calm,
        storms: [steady(3 * HOUR)],
        heals: [{ ...cure, length: 5 * MINUTE, cures: false }, cure],
      };
      const at = 83 * SECOND + into;
      const { watcher } = new Simulation(plan, {}, { crashes: [{ at, down }] }).run();
      const second = watcher.heals[1]?.started ?? Infinity;
      const back = START + at + down;
      assert.ok(
        second >= back + MINUTE && second <= back + 3 * MINUTE,
        `${second - back} ms after the start`,
      );
    }),
  },
  {
    name: 'the view being cut for less than ten seconds changes nothing',
    share: 0.01,
    property: fc.property(
      fc.array(
        fc.record({ at: moment(MINUTE, 20 * MINUTE), length: moment(0, 9_750), partial: fc.boolean() }),
        { minLength: 1, maxLength: 3 },
      ),
      (blind) => {
        const apart = blind.filter(({ at }, n) =>
          blind.every((other, m) => m >= n || Math.abs(other.at - at) > 10 * SECOND),
        );
        const plan: History = { ...calm, storms: [burst(0)], heals: [cure] };
        assert.deepEqual(simulate({ ...plan, blind: apart }).watcher.moves, simulate(plan).watcher.moves);
      },
    ),
  },
  {
    name: 'T9: the first heal is not left out though it has grown quiet meanwhile',
    share: 0.005,
    property: fc.property(moment(0, MINUTE), (late) => {
      const storms: readonly Storm[] = [
        { kind: 'error', at: 0, every: 250, length: 45 * 250, curable: false },
        { kind: 'error', at: 3 * MINUTE + late, every: 3 * MINUTE, length: 9 * MINUTE, curable: false },
      ];
      const done = simulate({ ...calm, storms, heals: [cure] });
      assert.deepEqual(alerts(done), ['opened', 'heal', 'resolved']);
    }),
  },
  {
    name: 'T9: a second heal is left out once all is calm and alive again',
    share: 0.005,
    property: fc.property(moment(10 * MINUTE, 15 * MINUTE), (back) => {
      const storms: readonly Storm[] = [
        { kind: 'error', at: 0, every: 10, length: 490, curable: false },
        { kind: 'error', at: 4 * MINUTE, every: 4 * MINUTE, length: 20 * MINUTE, curable: false },
      ];
      const deaths = [{ at: 2 * SECOND, length: back, container: 1, excused: false, removed: false }];
      const done = simulate({ ...calm, storms, deaths, heals: [{ ...cure, cures: false }] });
      assert.deepEqual(alerts(done), ['opened', 'heal', 'resolved']);
      const left = done.watcher.moves.filter(({ from, to }) => from === 'queued' && to === 'verifying');
      assert.equal(left.length, 1);
    }),
  },
  {
    name: 'T16: what is watched for an hour is not over while a container is down',
    share: 0.01,
    property: fc.property(
      moment(57 * MINUTE, 61 * MINUTE).map((at): History => ({
        ...calm,
        storms: [
          { kind: 'error', at: 0, every: 10, length: 500, curable: true },
          { kind: 'error', at: 100 * SECOND, every: 100 * SECOND, length: 3 * HOUR, curable: false },
        ],
        heals: [cure, { ...cure, cures: false }],
        deaths: [{ at, length: HOUR, container: 1, excused: false, removed: false }],
      })),
      (plan) => {
        const done = simulate(plan);
        const hour = done.watcher.moves.find(({ at, from }) => from === 'verifying' && at > START + HOUR);
        assert.notEqual(hour?.to, 'resolved');
      },
    ),
  },
  {
    name: 'I30: nobody misses what was ill for long before, however often that is told',
    share: 0.005,
    property: fc.property(moment(6 * MINUTE, HOUR), moment(0, 4 * MINUTE), (at, before) => {
      const ill = { container: 1, excused: false, removed: false, sick: true };
      const plan: History = {
        ...calm,
        storms: [burst(at)],
        heals: [{ ...cure, cures: false }],
        deaths: [{ at: 0, length: 10 * HOUR, ...ill }],
        lists: [at - before],
      };
      assert.deepEqual(alerts(simulate(plan)), ['opened', 'heal', 'resolved']);
    }),
  },
  {
    name: 'T21: once a broken command is mended, a reset has it run again at once',
    share: 0.01,
    property: fc.property(moment(20 * MINUTE, HOUR), (reset) => {
      const broken = { ...cure, length: SECOND, cures: false, exit: 'broken' } as const;
      const plan: History = { ...calm, storms: [steady(3 * HOUR)], heals: [broken, cure], resets: [reset] };
      const done = simulate(plan);
      // Three a minute become ten times as many as were told before somebody resets it: that is news beside the story.
      const story = alerts(done).filter((part) => part !== 'news');
      assert.deepEqual(story, ['opened', 'escalated', 'heal', 'resolved']);
      assert.equal(done.watcher.heals[1]?.started, START + reset);
    }),
  },
  {
    name: 'T22: no heal starts during a pause, and one does soon after it was ended early',
    share: 0.01,
    property: fc.property(moment(20 * MINUTE, HOUR), (resume) => {
      const plan: History = {
        ...calm,
        storms: [steady(3 * HOUR)],
        heals: [cure],
        pauses: [{ at: 0, length: 2 * HOUR }],
        resumes: [resume],
      };
      const [first] = simulate(plan).watcher.heals;
      const after = (first?.started ?? Infinity) - START - resume;
      assert.ok(after >= 0 && after <= 2 * MINUTE, `${after} ms after the pause was ended`);
    }),
  },
];
