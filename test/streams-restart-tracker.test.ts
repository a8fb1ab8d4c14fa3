import { expect, test } from 'vitest';
import { type DockerEvent, parseEvent } from '../src/streams/docker/events.ts';
import { identity } from '../src/streams/docker/identity.ts';
import type { Inspected } from '../src/streams/docker/inspected.ts';
import { restartTracker, type RestartTracker } from '../src/streams/docker/restart-tracker.ts';
import type { Restart } from '../src/streams/source.ts';

const T0 = 1_766_000_000_000;
const ALL = ['crash', 'policy', 'oom', 'manual', 'recreate', 'engine'] as const;

/** One event, the way Docker writes it. */
function happened(
  seconds: number,
  action: string,
  attributes: Record<string, string> = {},
  id = 'c1',
): DockerEvent {
  const event = parseEvent(
    JSON.stringify({
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: { name: 'app', image: 'busybox', ...attributes } },
      time: Math.floor(T0 / 1_000 + seconds),
      timeNano: 0,
    }).replace('"timeNano":0', `"timeNano":${BigInt(T0 + Math.round(seconds * 1_000)) * 1_000_000n}`),
  );
  if (event === undefined) throw new Error(`${action} was not taken for an event that matters`);
  return event;
}

function state(found: Partial<Inspected>): Inspected {
  return {
    id: 'c1', name: 'app', image: 'busybox', imageId: '', env: [], mounts: [], labels: {}, tty: false, state: 'running', healthy: true,
    createdAt: T0, startedAt: T0, finishedAt: 0, exitCode: 0, oomKilled: false, restartCount: 0, policy: 'always',
    autoRemove: false, driver: 'json-file', logOptions: {}, ...found,
  }; // prettier-ignore
}

/** Feeds rows of `[second, action, attributes]` and tells the causes found. */
function causes(rows: readonly (readonly [number, string, Record<string, string>?])[]): string[] {
  const found: Restart[] = [];
  const tracker = restartTracker({ count: ALL, onRestart: (restart) => found.push(restart) });
  for (const [at, action, attributes] of rows) tracker.event(happened(at, action, attributes));
  tracker.due(Infinity);
  return found.map(({ cause }) => cause);
}

const die = (exitCode: number) => ({ exitCode: `${exitCode}` });
const signalled = (signal: number) => ({ signal: `${signal}` });

test.each([
  ['run -d', [[0, 'create'], [0.1, 'start']], []],
  ['docker restart (running)', [[0, 'create'], [0, 'start'], [5, 'kill', signalled(15)], [6, 'die', die(143)], [6, 'stop'], [6.1, 'start'], [6.101, 'restart']], ['manual']],
  ['docker restart (stopped)', [[0, 'die', die(1)], [0, 'stop'], [9, 'start'], [9, 'restart']], ['manual']],
  ['docker restart (crashed a moment ago, and left so)', [[0, 'create'], [0, 'start'], [1, 'die', die(1)], [9, 'start'], [9.001, 'restart']], ['manual']],
  ['docker restart during the backoff of a crash', [[0, 'create'], [0, 'start'], [1, 'die', die(3)], [1.05, 'stop'], [1.06, 'start'], [1.06, 'restart']], ['manual']],
  ['docker stop, then start', [[0, 'create'], [0, 'start'], [1, 'kill', signalled(15)], [1, 'die', die(0)], [1, 'stop'], [5, 'start']], ['manual']],
  ['docker kill, then start', [[0, 'create'], [0, 'start'], [1, 'kill', signalled(9)], [1, 'die', die(137)], [5, 'start']], ['manual']],
  ['docker kill -s HUP and a crash later', [[0, 'create'], [0, 'start'], [1, 'kill', signalled(1)], [8, 'die', die(1)], [8.2, 'start']], ['crash']],
  ['a stop that was swallowed, and a crash later', [[0, 'create'], [0, 'start'], [1, 'kill', signalled(15)], [60, 'die', die(1)], [60.2, 'start']], ['crash']],
  ['a crash loop', [[0, 'create'], [0, 'start'], [1, 'die', die(3)], [1.2, 'start'], [2, 'die', die(3)], [2.3, 'start']], ['crash', 'crash']],
  ['exit 0 under restart=always', [[0, 'create'], [0, 'start'], [1, 'die', die(0)], [1.2, 'start']], ['policy']],
  ['on-failure:2 given up', [[0, 'create'], [0, 'start'], [1, 'die', die(1)], [1.1, 'start'], [2, 'die', die(1)], [2.2, 'start'], [3, 'die', die(1)]], ['crash', 'crash']],
  ['killed from the host', [[0, 'create'], [0, 'start'], [1, 'die', die(137)], [1.2, 'start']], ['crash']],
  ['out of memory', [[0, 'create'], [0, 'start'], [1, 'oom'], [1, 'die', die(137)], [1.2, 'start']], ['oom']],
  ['a child out of memory, container runs on', [[0, 'create'], [0, 'start'], [1, 'oom']], []],
  ['rm -f', [[0, 'create'], [0, 'start'], [1, 'kill', signalled(9)], [1, 'die', die(137)], [1, 'destroy']], []],
  ['started by hand an hour after it crashed', [[0, 'create'], [0, 'start'], [1, 'die', die(1)], [3600, 'start']], ['manual']],
] as const)('%s is told apart', (_name, rows, expected) => {
  expect(causes(rows)).toEqual(expected);
}); // prettier-ignore

test.each([
  ['a crash without a policy', 'no', [[5, 'die', die(1)]], { exitCode: 1, stoppedByOperator: false }],
  ['a crash that its policy does not mend', 'on-failure', [[5, 'die', die(3)]], { exitCode: 3, gaveUp: true, stoppedByOperator: false }],
  ['out of memory', 'no', [[5, 'oom'], [5, 'die', die(137)]], { exitCode: 137, outOfMemory: true, stoppedByOperator: false }],
  ['a stop', 'always', [[5, 'kill', signalled(15)], [15, 'die', die(137)], [15, 'stop']], { exitCode: 137, stoppedByOperator: true }],
  ['a stop that was given more time', 'always', [[5, 'kill', signalled(15)], [65, 'die', die(137)], [65, 'stop']], { exitCode: 137, stoppedByOperator: true }],
  ['a stop that was swallowed, and an end later', 'no', [[5, 'kill', signalled(15)], [65, 'die', die(1)]], { exitCode: 1, stoppedByOperator: false }],
] as const)('how a container ended is told with its end: %s', (_name, policy, rows, expected) => {
  const tracker = restartTracker({ count: ALL });
  tracker.inspected(state({ policy }), T0);
  for (const [at, action, attributes] of rows) tracker.event(happened(at, action, attributes));
  const ended = state({ policy, state: 'exited', finishedAt: T0 + 65_000, exitCode: expected.exitCode, oomKilled: 'outOfMemory' in expected });
  tracker.inspected(ended, T0 + 66_000);
  const again = restartTracker({ count: ALL }, tracker.snapshot());
  expect(again.inspected(ended, T0 + 67_000).at(-1)).toMatchObject({ type: 'container', state: 'exited', ...expected });
}); // prettier-ignore

// Numbers of cases are those of docs/reference/docker-cases.md.
test('a container whose start has failed is no crash, and its first good start no restart (case 23)', () => {
  const found: Restart[] = [];
  const tracker = restartTracker({ count: ALL, onRestart: (restart) => found.push(restart) });
  const failed = state({ state: 'created', startedAt: 0, exitCode: 127 });
  expect([...tracker.event(happened(0, 'create')), ...tracker.inspected(failed, T0 + 10)]).toEqual([]);
  tracker.event(happened(5, 'start'));
  expect(tracker.due(Infinity)).toEqual([]);
  expect(found).toEqual([]);
});

test('a container made anew under the same name is recorded as recreated', () => {
  const found: Restart[] = [];
  const tracker = restartTracker({ count: ['crash'], onRestart: (restart) => found.push(restart) });
  tracker.event(happened(0, 'create'));
  tracker.event(happened(0, 'start'));
  tracker.event(happened(5, 'kill', signalled(9)));
  tracker.event(happened(5, 'die', die(137)));
  tracker.event(happened(5, 'destroy'));
  tracker.event(happened(6, 'create', {}, 'c2'));
  tracker.event(happened(6, 'start', {}, 'c2'));
  const signals = tracker.due(Infinity).filter(({ type }) => type === 'signal');
  expect(found).toMatchObject([{ cause: 'recreate', container: 'app', counted: false }]);
  expect(signals).toEqual([]);
});

test('exec and attach are not events of the container', () => {
  expect(() => happened(0, 'exec_die', die(3))).toThrow();
  expect(() => happened(0, 'exec_create: sh -c die')).toThrow();
});

test('running out of memory is one critical signal, and its restart is counted once', () => {
  const tracker = restartTracker({ count: ['oom'] });
  const rows = [happened(0, 'create'), happened(0, 'start'), happened(1, 'oom'), happened(1.01, 'oom')];
  const found = [...rows, happened(1.02, 'die', die(137)), happened(1.3, 'start')].flatMap((row) =>
    tracker.event(row),
  );
  found.push(...tracker.due(Infinity));
  expect(found.filter(({ type }) => type === 'signal')).toMatchObject([
    { kind: 'critical', rule: 'docker:oom', at: T0 + 1_000 },
    { kind: 'restart', rule: 'docker:restart', cause: 'oom', at: T0 + 1_300 },
  ]);
});

test('a label cannot pass a crash off as a clean exit', () => {
  const found: Restart[] = [];
  const tracker = restartTracker({ count: ALL, onRestart: (restart) => found.push(restart) });
  const labels = { exitCode: '0' };
  tracker.inspected(state({ labels }), T0);
  tracker.event(happened(5, 'die', { exitCode: '0' }));
  tracker.inspected(state({ labels, state: 'restarting', finishedAt: T0 + 5_000, exitCode: 5 }), T0 + 5_010);
  tracker.event(happened(5.1, 'start', labels));
  tracker.inspected(state({ labels, startedAt: T0 + 5_098, restartCount: 1 }), T0 + 5_110);
  tracker.due(Infinity);
  expect(found).toMatchObject([{ cause: 'crash', text: 'restarted by policy after exit code 5' }]);
});

/** A tracker that knows a running container, and whose connection was lost and found again. */
function reconnected(found: Restart[]): RestartTracker {
  const tracker = restartTracker({ count: ALL, onRestart: (restart) => found.push(restart) });
  tracker.inspected(state({}), T0);
  tracker.due(T0 + 1_000);
  tracker.engine('lost', T0 + 10_000);
  tracker.engine('back', T0 + 20_000);
  return tracker;
}

test("restarts that no event told of are counted from the engine's own count", () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.inspected(state({ startedAt: T0 + 15_000, restartCount: 2 }), T0 + 20_100);
  tracker.due(T0 + 21_000);
  expect(found.map(({ cause }) => cause)).toEqual(['policy', 'policy']);
  tracker.inspected(state({ startedAt: T0 + 15_000, restartCount: 2 }), T0 + 22_000);
  tracker.due(T0 + 23_000);
  expect(found).toHaveLength(2);
});

test('one that no event told of under on-failure is a crash: Docker restarts after nothing else', () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.inspected(state({ policy: 'on-failure', startedAt: T0 + 15_000, restartCount: 1 }), T0 + 20_100);
  tracker.due(T0 + 21_000);
  expect(found.map(({ cause }) => cause)).toEqual(['crash']);
});

test.each([
  ['at once', 0.1],
  ['when the count has been looked at', 0.6],
])(
  'a restart that the engine has counted and not made yet is told once, if its start comes %s',
  (_, later) => {
    const told: string[] = [];
    const tracker = restartTracker({ count: ALL, onRestart: ({ text }) => told.push(text) });
    tracker.inspected(state({ policy: 'on-failure' }), T0);
    tracker.event(happened(5, 'die', die(5)));
    const waiting = state({
      policy: 'on-failure',
      state: 'restarting',
      finishedAt: T0 + 5_000,
      exitCode: 5,
    });
    tracker.inspected(waiting, T0 + 5_010);
    tracker.due(T0 + 5_000 + later * 1_000 - 1);
    tracker.event(happened(5 + later, 'start'));
    tracker.inspected(
      state({ policy: 'on-failure', startedAt: T0 + 5_000 + later * 1_000, restartCount: 1 }),
      T0 + 6_000,
    );
    tracker.due(T0 + 9_000);
    expect(told).toEqual(['restarted by policy after exit code 5']);
  },
);

test('restarts told twice, by inspect and by events that come late, are counted once', () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.inspected(state({ startedAt: T0 + 15_000, restartCount: 1 }), T0 + 20_100);
  tracker.event(happened(14.8, 'die', die(1)));
  tracker.event(happened(15.002, 'start'));
  tracker.due(T0 + 25_000);
  expect(found.map(({ cause }) => cause)).toEqual(['crash']);
});

test('a start that inspect has accounted for is not counted again when its event comes at last', () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.inspected(state({ startedAt: T0 + 15_000, restartCount: 1 }), T0 + 20_100);
  tracker.due(T0 + 21_000);
  tracker.event(happened(14.8, 'die', die(1)));
  tracker.event(happened(15.002, 'start'));
  tracker.due(T0 + 25_000);
  expect(found.map(({ cause }) => cause)).toEqual(['policy']);
});

test('a start that came with the engine is not a crash', () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.inspected(state({ startedAt: T0 + 19_000, restartCount: 0 }), T0 + 20_100);
  tracker.due(T0 + 25_000);
  expect(found.map(({ cause }) => cause)).toEqual(['engine']);
});

test('a crash soon after the engine came back is a crash', () => {
  const found: Restart[] = [];
  const tracker = reconnected(found);
  tracker.event(happened(25, 'die', die(1)));
  tracker.event(happened(25.2, 'start'));
  tracker.due(Infinity);
  expect(found.map(({ cause }) => cause)).toEqual(['crash']);
});

test('what the tracker knows survives being saved and loaded at any moment', () => {
  const rows = [
    happened(0, 'create'), happened(0, 'start'), happened(1, 'die', die(3)), happened(1.2, 'start'),
    happened(9, 'kill', signalled(15)), happened(9, 'die', die(0)), happened(9, 'stop'), happened(9.2, 'start'), happened(9.2, 'restart'),
  ]; // prettier-ignore
  for (let cut = 0; cut <= rows.length; cut++) {
    const found: string[] = [];
    const options = { count: ALL, onRestart: ({ cause }: Restart) => found.push(cause) };
    const before = restartTracker(options);
    for (const row of rows.slice(0, cut)) before.event(row);
    const after = restartTracker(options, structuredClone(before.snapshot()));
    for (const row of rows.slice(cut)) after.event(row);
    after.due(Infinity);
    expect(found, `cut before event ${cut}`).toEqual(['crash', 'manual']);
  }
});

test('a stop by hand and a clean end are told from a container that is missing', () => {
  const tracker = restartTracker({ count: [] });
  const last = (rows: readonly DockerEvent[]) => rows.flatMap((row) => tracker.event(row)).at(-1);
  tracker.inspected(state({ policy: 'no' }), T0);
  expect(last([happened(1, 'die', die(0))])).toMatchObject({ state: 'exited', expectedExit: true });
  expect(last([happened(2, 'start'), happened(3, 'die', die(1))])).toMatchObject({ expectedExit: false });
  expect(
    last([happened(4, 'start'), happened(5, 'kill', signalled(15)), happened(5, 'die', die(143))]),
  ).toMatchObject({
    state: 'exited',
    stoppedByOperator: true,
  });
});

test.each([
  ['compose run', { labels: { 'com.docker.compose.oneoff': 'True' } }],
  ['docker run --rm', { autoRemove: true }],
] as const)('a container of %s is told as one that nobody misses', (_, found) => {
  const told = (given: Partial<Inspected>) =>
    restartTracker({ count: ALL, onRestart: () => undefined })
      .inspected(state(given), T0)
      .map((observation) => 'oneOff' in observation);
  expect([told(found), told({})]).toEqual([[true], [false]]);
});

test('an identity is the name, except where Compose made the name up', () => {
  const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };
  expect(identity('/quantum_postgres', {})).toBe('quantum_postgres');
  expect(identity('shop-web-1', labels)).toBe('shop/web');
  expect(identity('shop_web_2', labels)).toBe('shop/web/2');
  expect(identity('0123456789ab_shop-web-1', labels)).toBe('shop/web');
  expect(identity('quantum_postgres', labels)).toBe('quantum_postgres');
});
