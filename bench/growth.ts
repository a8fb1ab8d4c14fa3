import { asyncScheduler, EMPTY, from, identity, lastValueFrom, type SchedulerLike } from 'rxjs';
import { configSchema } from '../src/config/config.ts';
import type { Line, Observation, Origin } from '../src/model.ts';
import { createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { pipeline } from '../src/pipeline.ts';
import { sourceOf } from '../test/support/source.ts';
import { lines } from './lines.ts';
import { row, type Row } from './row.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LINES = 100_000;
const ROUNDS = 5;
const START = Date.UTC(2025, 11, 17, 16);

/** Flat is what no line costs half as much again of; noise is not more. */
const FLAT = 1.5;

/** What the cost of a line must not depend on, and what it is varied over; the first value is the reference. */
export const AXES = {
  containers: [1, 10, 100],
  'window, minutes': [10, 60, 1_440],
  'signals in the window': [100, 100_000],
} as const;

export type Axis = keyof typeof AXES;

export interface Point {
  readonly axis: Axis;
  readonly value: number;
  /** Nanoseconds a line, the best of several rounds. */
  readonly cost: number;
}

/** Cost a line through the whole pipeline, against the number of containers, the window's length and what is in it. */
export async function growth(): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (const [axis, values] of Object.entries(AXES) as [Axis, readonly number[]][]) {
    const best = values.map(() => Infinity);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, value] of values.entries())
        best[index] = Math.min(best[index] ?? Infinity, await costOf(axis, value));
    }
    points.push(...values.map((value, index) => ({ axis, value, cost: best[index] ?? NaN })));
  }
  return points;
}

export function growthRows(points: readonly Point[]): Row[] {
  return points.map(({ axis, value, cost }) => {
    const first = points.find((point) => point.axis === axis);
    return row({
      name: `growth, ${axis}: ${value.toLocaleString('en')}`,
      value: cost,
      unit: 'ns/line',
      reference: first?.cost ?? NaN,
      budget: FLAT,
    });
  });
}

async function costOf(axis: Axis, value: number): Promise<number> {
  const containers = axis === 'containers' ? value : 10;
  const length = axis === 'window, minutes' ? value * MINUTE : HOUR;
  const config = configSchema.parse({ window: length, limits: { critical: 1_000_000, errors: 1_000_000 } });
  const window = new RollingWindow({ length });
  const origins = Array.from({ length: containers }, (_, n): Origin => ({
    id: `c${n}`,
    source: 'docker',
    container: `c${n}`,
    stream: 'stdout',
    labels: {},
  }));
  const inside = axis === 'signals in the window' ? value : 100;
  const before = observations(origins, START, inside, () => 'ERROR: one of many');
  const texts = [...lines(LINES)];
  const batches = observations(origins, START + inside, LINES, (n) => texts[n] ?? '');
  let now = START;
  const clock: SchedulerLike = { now: () => now, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
  const parts = {
    asRead: identity,
    classifier: createClassifier([]),
    entries: createEntryStore(),
    window,
    policy: policyOf(config),
    advanceClock: identity,
    outcomes$: EMPTY,
    commands$: EMPTY,
    checkpoint$: EMPTY,
    store: () => true,
    effects: { submit: () => undefined },
    log: { error: () => undefined, warn: () => undefined, info: () => undefined },
  };
  let began = 0;
  const all = [...before, undefined, ...batches];
  const source$ = from(
    all.values().flatMap((batch) => {
      if (batch === undefined) {
        began = performance.now();
        return [];
      }
      now = batch.at(-1)?.at ?? now;
      return [batch];
    }),
  );
  await lastValueFrom(pipeline({ ...parts, sources: [sourceOf(source$)] }, clock), {
    defaultValue: undefined,
  });
  return ((performance.now() - began) * 1e6) / LINES;
}

/** Lines of all containers in turn, a millisecond apart, in batches as they come when live. */
function observations(
  origins: readonly Origin[],
  begin: number,
  count: number,
  text: (n: number) => string,
): Observation[][] {
  const made: Line[] = Array.from({ length: count }, (_, n) => ({
    type: 'line',
    origin: origins[n % origins.length] ?? {
      id: '',
      source: 'docker',
      container: '',
      stream: 'stdout',
      labels: {},
    },
    ts: '',
    at: begin + n,
    text: text(n),
  }));
  return Array.from({ length: Math.ceil(count / 500) }, (_, n) => made.slice(n * 500, (n + 1) * 500));
}
