import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DockerEvent, parseEvent } from '../src/streams/docker/events.ts';
import type { Inspected } from '../src/streams/docker/inspected.ts';
import { restartTracker } from '../src/streams/docker/restart-tracker.ts';

const T0 = 1_766_000_000_000;
const ID = 'c1';

/** One run of a container that its policy restarts. Milliseconds. */
interface Run {
  /** From `StartedAt` to the `start` event, which the engine writes after it has saved the container. */
  readonly lag: number;
  /** From the `start` event to the end. */
  readonly lasts: number;
  /** From the end to the `die` event. */
  readonly dieLag: number;
  /** From the `die` event to the next `StartedAt`: Docker waits 100 ms from the end at least. */
  readonly backoff: number;
}

/** What reaches the tracker, at what moment. */
interface Arrival {
  readonly at: number;
  readonly event?: DockerEvent;
  readonly inspected?: Inspected;
}

const span = (longest: number) => fc.oneof(fc.nat(20), fc.nat(longest));
const run = fc.record({ lag: span(1_500), lasts: span(3_000), dieLag: span(600), backoff: span(2_000) });
const history = fc.record({
  runs: fc.array(run, { minLength: 1, maxLength: 6 }),
  asked: fc.array(fc.record({ at: fc.nat(20_000), takes: span(400) }), { maxLength: 12 }),
  late: fc.array(span(1_000), { minLength: 1, maxLength: 8 }),
});

test('restarts are counted exactly, however late events are written and answers come', () => {
  fc.assert(
    fc.property(history, ({ runs, asked, late }) => {
      const { arrivals, restarts } = engine(runs, asked, late);
      const told: string[] = [];
      const tracker = restartTracker({
        count: ['crash', 'policy', 'oom', 'manual', 'recreate', 'engine'],
        onRestart: ({ cause }) => told.push(cause),
      });
      for (const { at, event, inspected } of arrivals) {
        for (let due = tracker.nextDue(); due !== undefined && due < at; due = tracker.nextDue())
          tracker.due(due);
        if (event !== undefined) tracker.event(event);
        if (inspected !== undefined) tracker.inspected(inspected, at);
      }
      tracker.due(Infinity);
      expect(told).toHaveLength(restarts);
      expect(new Set(told).isSubsetOf(new Set(['crash', 'policy']))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

/** Plays an engine: its events in order, and what it answers at the moments it is asked, each as late as said. */
function engine(
  runs: readonly Run[],
  asked: readonly { readonly at: number; readonly takes: number }[],
  late: readonly number[],
): { readonly arrivals: readonly Arrival[]; readonly restarts: number } {
  const events: DockerEvent[] = [happened(0, 'create')];
  const states: { readonly from: number; readonly found: Inspected }[] = [];
  let at = 10;
  let finishedAt = 0;
  for (const [made, { lag, lasts, dieLag, backoff }] of runs.entries()) {
    const startedAt = at;
    const startEvent = startedAt + lag;
    const end = startEvent + 1 + lasts;
    const dieEvent = end + dieLag;
    events.push(happened(startEvent, 'start'), happened(dieEvent, 'die', { exitCode: '7' }));
    const shared = { startedAt: T0 + startedAt, restartCount: made, exitCode: made === 0 ? 0 : 7 };
    states.push({ from: startEvent, found: state({ ...shared, finishedAt: finishedAt && T0 + finishedAt }) });
    finishedAt = end;
    const ended = { ...shared, exitCode: 7, state: 'restarting', finishedAt: T0 + end } as const;
    states.push({ from: dieEvent, found: state(ended) });
    at = Math.max(dieEvent + 1 + backoff, end + 100);
  }
  events.pop();
  states.pop();
  let last = 0;
  const arrivals: Arrival[] = events.map((event, i) => {
    last = Math.max(last, event.at + (event.action === 'create' ? 0 : (late[i % late.length] ?? 0)));
    return { at: last, event };
  });
  for (const { at: moment, takes } of asked) {
    const found = states.findLast(({ from }) => from <= moment)?.found;
    if (found !== undefined) arrivals.push({ at: T0 + moment + takes, inspected: found });
  }
  return { arrivals: arrivals.toSorted((a, b) => a.at - b.at), restarts: runs.length - 1 };
}

function happened(ms: number, action: string, attributes: Record<string, string> = {}): DockerEvent {
  const event = parseEvent(
    JSON.stringify({
      Type: 'container',
      Action: action,
      Actor: { ID, Attributes: { name: 'app', image: 'busybox', ...attributes } },
      time: Math.floor((T0 + ms) / 1_000),
      timeNano: 0,
    }).replace('"timeNano":0', `"timeNano":${BigInt(T0 + ms) * 1_000_000n}`),
  );
  if (event === undefined) throw new Error(`${action} was not taken for an event that matters`);
  return event;
}

function state(found: Partial<Inspected>): Inspected {
  return {
    id: ID,
    name: 'app',
    image: 'busybox',
    imageId: '',
    env: [],
    mounts: [],
    labels: {},
    tty: false,
    state: 'running',
    healthy: true,
    createdAt: T0,
    startedAt: T0,
    finishedAt: 0,
    exitCode: 0,
    oomKilled: false,
    restartCount: 0,
    policy: 'always',
    autoRemove: false,
    driver: 'json-file',
    logOptions: {},
    ...found,
  };
}
