import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { boot } from '../src/incidents/boot.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { LONGEST_PAUSE, rebased } from '../src/incidents/rebase.ts';
import { reduce } from '../src/incidents/reduce.ts';
import { type CoreState, initial, nextDeadline } from '../src/incidents/state.ts';
import type { Effect, Evidence, Outcome, Signal, Tally } from '../src/model.ts';
import { breach, type Step } from '../src/operators/breach.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import { conditionAtStart, hold, nextUse } from '../src/sinks/alert/channel-condition.ts';
import { memoryOutbox, withinReach } from '../src/sinks/outbox.ts';
import type { Delivery } from '../src/state/delivery.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { calm, history, HOUR, MINUTE, SECOND } from './incident/history.ts';
import { Simulation, START } from './incident/simulation.ts';

const DAY = 24 * HOUR;

/** Everything of `moved` that is a moment lies `by` after what it was, and nothing else differs. */
function expectMoved(before: unknown, moved: unknown, by: number, path = 'state'): void {
  if (typeof before === 'number' && before > DAY) expect(moved, path).toBe(before + by);
  else if (Array.isArray(before))
    before.forEach((one, index) => expectMoved(one, (moved as unknown[])[index], by, `${path}[${index}]`));
  else if (typeof before === 'object' && before !== null) {
    expect(Object.keys(moved as object), path).toEqual(Object.keys(before));
    for (const [key, one] of Object.entries(before))
      expectMoved(one, (moved as Record<string, unknown>)[key], by, `${path}.${key}`);
  } else expect(moved, path).toEqual(before);
}

/** A state in the middle of a random history. */
const states = fc
  .record({ plan: history, at: fc.nat({ max: 13 * HOUR }) })
  .map(({ plan, at }) => ({ plan, core: new Simulation(plan).run(START + at).core }));

describe('a clock that is set back', () => {
  test('moves every moment of the state, so that whatever was due follows after the same time: no step buys a heal', () => {
    const steps = fc.constantFrom(61 * SECOND, 70 * MINUTE, 3 * HOUR, 100 * DAY);
    fc.assert(
      fc.property(states, steps, ({ plan, core }, back) => {
        if (core === undefined) return;
        const moved = rebased(core, -back);
        const { pausedUntil: before, ...rest } = core;
        const { pausedUntil, ...others } = moved;
        expectMoved(rest, others, -back);
        expect(pausedUntil).toBe(Math.min(before, moved.now + LONGEST_PAUSE));
        for (const { incident } of Object.values(moved.keys))
          if (incident !== undefined)
            expect(incident.timeline.at(-1)?.reason).toMatch(/^the clock was set back by /);

        const due = nextDeadline(core);
        if (due === undefined || before !== 0) return;
        const { config } = new Simulation(plan);
        const policy = policyOf(config);
        const at = Math.max(due, core.now);
        const usual = reduce(core, { type: 'tick', at }, at, tally, policy);
        const after = reduce(moved, { type: 'tick', at: at - back }, at - back, tally, policy);
        const shape = ({ effects, transitions }: Step) => [
          effects.map(({ id, kind, at: asked }) => [id, kind, asked]),
          transitions.map(({ to, reason, at: made }) => [to, reason, made]),
        ];
        expectMoved(shape(usual), shape(after), -back);
      }),
      { seed: 20251217, numRuns: 300 },
    );
  });

  test('is adopted at a start too: what comes then counts, and a pause is at most thirty days away', () => {
    const ahead = { ...initial(config, START + 100 * DAY), pausedUntil: START + 4_000 * DAY };
    const core = boot(ahead, START);
    expect([core.now, core.observedSince, core.pausedUntil]).toEqual([START, START, START + LONGEST_PAUSE]);
    const steps = run(core, 0);
    steps.emit(START + SECOND);
    expect(steps.opened()).toBe(1);
    expect(boot(initial(config, START + 59 * SECOND), START).now).toBe(START + 59 * SECOND);
  });

  test('is adopted while it runs: what comes then counts, and deadlines come after the time that was left', () => {
    const steps = run(initial(config, START + 100 * DAY), START + 100 * DAY);
    steps.setBack(100 * DAY);
    steps.emit(START + SECOND);
    expect(steps.opened()).toBe(1);
    steps.setBack(HOUR);
    steps.advance(START + 5 * SECOND - HOUR);
    expect(steps.effects()).toContain('alert');
  });

  test('a delivery from the future is owed since now; any other keeps its time', () => {
    const outbox = withinReach(memoryOutbox(), { now: () => START });
    outbox.add(effect('i:opened'), ['discord'], START + 100 * DAY);
    outbox.add(effect('j:opened'), ['discord'], START - HOUR);
    expect(outbox.unsent().map(({ since, nextAt }) => [since, nextAt])).toEqual([
      [START, START],
      [START - HOUR, START - HOUR],
    ]);
  });

  test('a delivery that waits for longer than any pause was put off in the future, and is due', () => {
    const outbox = memoryOutbox();
    outbox.add(effect('i:opened'), ['slow', 'unanswered', 'busy', 'late'], START - 5 * HOUR);
    const put = { slow: HOUR, unanswered: 5 * HOUR, busy: 15 * MINUTE, late: 7 * HOUR };
    outbox.save(
      outbox.unsent().map((delivery): Delivery => ({
        ...delivery,
        state: ['unanswered', 'late'].includes(delivery.channel) ? 'inflight' : 'pending',
        nextAt: START + (new Map(Object.entries(put)).get(delivery.channel) ?? 0),
      })),
    );
    const due = withinReach(outbox, { now: () => START }).unsent();
    expect(Object.fromEntries(due.map(({ channel, nextAt }) => [channel, nextAt - START]))).toEqual({
      ...put,
      slow: 0,
      late: 0,
    });
  });

  test('a channel is held no longer than it was to be, and not until the time comes again', () => {
    const condition = conditionAtStart([]);
    const outbox = memoryOutbox();
    outbox.add(effect('i:opened'), ['discord'], START - DAY);
    const next = (now: number): number => nextUse(condition, outbox.unsent(), now, now).at - now;
    hold(condition, START + 10 * MINUTE, START);
    expect(next(START)).toBe(10 * MINUTE);
    expect(next(START - 3 * HOUR)).toBe(10 * MINUTE);
    expect(next(START - 3 * HOUR + 9 * MINUTE)).toBe(MINUTE);
    expect(next(START - 3 * HOUR + 11 * MINUTE)).toBe(0);
  });

  test('the window is moved too: its counts go on, and what was stored of the future is dropped', () => {
    const window = new RollingWindow({ length: HOUR });
    const ahead = START + 100 * DAY;
    for (let i = 0; i < 5; i++) window.add(signal(ahead - i * MINUTE), ahead);
    const stored = window.takeChanges(ahead).buckets.map(({ start }) => start);
    window.rebase(-100 * DAY);
    expect(window.tally(START).counts.critical).toBe(5);
    window.add(signal(START), START);
    expect(window.tally(START).counts.critical).toBe(6);
    expect(window.late).toBe(0);
    const { buckets, dropped } = window.takeChanges(START);
    expect([...dropped].sort()).toEqual([...stored].sort());
    const again = new RollingWindow({ length: HOUR }, buckets);
    expect(again.tally(START).counts.critical).toBe(6);
    expect(again.tally(START + 58 * MINUTE).counts.critical).toBeLessThan(6);
  });
});

const config = configSchema.parse({});
const counts = { critical: 5, error: 0, warning: 0, restart: 0 };
const samples = { critical: [], error: [], warning: [], restart: [] };

function tally(at: number): Tally {
  return { at, counts, containers: new Map(), groups: [], samples };
}

function signal(at: number): Signal {
  const text = 'FATAL';
  const base = { source: 'docker', container: 'db', labels: {}, text, fingerprint: text, rule: 'test' };
  return { type: 'signal', kind: 'critical', at, ...base };
}

function effect(id: string): Effect {
  const plan = {
    ...calm,
    storms: [{ at: 0, length: SECOND, every: 100, kind: 'critical', curable: false }],
  } as const;
  const [story] = new Simulation(plan).run(START + MINUTE).watcher.asked;
  if (story === undefined) throw new Error('nothing was asked for');
  return { ...story, id };
}

/** The operator on a clock that the test sets. */
function run(core: CoreState, at: number) {
  const inner = new VirtualClock();
  inner.advanceTo(Math.max(at, START));
  let back = 0;
  const clock = {
    now: () => inner.now() - back,
    setBack: () => back,
    schedule: (...args: Parameters<VirtualClock['schedule']>) => inner.schedule(...args),
  };
  const source$ = new Subject<readonly Evidence[]>();
  const steps: Step[] = [];
  const options = {
    policy: policyOf(config),
    window: { tally },
    inputs$: new Subject<Outcome>(),
    initial: core,
  };
  source$.pipe(breach(options, clock)).subscribe((step) => steps.push(step));
  return {
    setBack: (by: number) => {
      back += by;
      source$.next([]);
    },
    advance: (to: number) => inner.advanceTo(to + back),
    emit: (when: number) => {
      inner.advanceTo(when + back);
      source$.next(Array.from({ length: 6 }, () => signal(when)));
    },
    opened: () => steps.flatMap(({ transitions }) => transitions).filter(({ to }) => to === 'open').length,
    effects: () => steps.flatMap(({ effects }) => effects).map(({ kind }) => kind),
  };
}
