import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../src/model.ts';
import { parseEvent } from '../src/streams/docker/events.ts';
import { identity } from '../src/streams/docker/identity.ts';
import { restartTracker, type RestartTracker } from '../src/streams/docker/restart-tracker.ts';
import { BEGIN, Play } from './incident/play.ts';

const PROJECT = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };
const TASKS = [
  'o3kq1y2bd0n8m4x5z6c7v8b9a',
  'p1aq1y2bd0n8m4x5z6c7v8b9z',
  'q2bq1y2bd0n8m4x5z6c7v8b9y',
] as const;
const NODE = 'u29jdk3l4m5n6o7p8q9r0stuv';
const ALL = ['crash', 'policy', 'oom', 'manual', 'recreate', 'engine'] as const;
const number = (n: string) => ({ ...PROJECT, 'com.docker.compose.container-number': n });

describe('the identity of a container', () => {
  it.each([
    ['a task of swarm', `shop_web.2.${TASKS[0]}`, {}, 'shop_web.2'],
    ['the same by its label, whatever it was renamed to', 'old', { 'com.docker.swarm.task.name': `shop_web.2.${TASKS[0]}` }, 'shop_web.2'],
    ['another task of the same slot', `shop_web.2.${TASKS[1]}`, {}, 'shop_web.2'],
    ['a task of a service on every node', `agent.${NODE}.${TASKS[0]}`, {}, 'agent'],
    ['a name that only looks like a task', 'shop_web.2.short', {}, 'shop_web.2.short'],
    ['a scaled replica', 'shop-web-3', number('3'), 'shop/web/3'],
    ['a replica with the digits of Compose 1.23', 'shop_web_1_0123456789ab', number('1'), 'shop/web'],
    ['a name of its own that ends in the same way', 'shop_web_2_0123456789ab', number('1'), 'shop_web_2_0123456789ab'],
    ['a replica that is being replaced', '0123456789ab_shop-web-3', number('3'), 'shop/web/3'],
    ['a run of its own beside the service', 'shop-web-run-3f9a1c2b4d5e', { ...number('1'), 'com.docker.compose.oneoff': 'True' }, 'shop-web-run-3f9a1c2b4d5e'],
  ] as const)('%s', (_, name, labels, expected) => {
    expect(identity(name, labels)).toBe(expected);
  }); // prettier-ignore
});

type Row = readonly [second: number, task: number, action: string, attributes?: Record<string, string>];

/** What a tracker says of events of the tasks of one slot, by their places in `TASKS`; each has an id and a name of its own. */
function told(rows: readonly Row[], labels: Record<string, string> = {}) {
  const causes: string[] = [];
  const statuses: ContainerStatus[] = [];
  let tracker: RestartTracker = restartTracker({ count: ALL, onRestart: ({ cause }) => causes.push(cause) });
  for (const [second, task, action, attributes = {}] of rows) {
    // Where a slot is empty the daemon is started anew: it goes on with what is saved.
    if (action === 'boot') {
      const saved = tracker.snapshot();
      tracker = restartTracker({ count: ALL, onRestart: ({ cause }) => causes.push(cause) }, saved);
      continue;
    }
    const name = `shop_web.1.${TASKS[task] ?? ''}`;
    const Attributes = { name, image: 'web', ...labels, ...attributes };
    const event = parseEvent(
      JSON.stringify({ Action: action, Actor: { ID: `id-${task}`, Attributes } }).replace(
        /}$/,
        `,"timeNano":${BEGIN + second * 1_000}000000}`,
      ),
    );
    if (event === undefined) throw new Error(`${action} does not matter`);
    for (const one of tracker.event(event)) if (one.type === 'container') statuses.push(one);
  }
  tracker.due(Infinity);
  return { causes, statuses };
}

const begun: readonly Row[] = [[0, 0, 'create'], [0, 0, 'start']]; // prettier-ignore
const next = (second: number, task = 1): readonly Row[] => [[second, task, 'create'], [second + 0.1, task, 'start']]; // prettier-ignore
const died = (second: number, exitCode: string): Row => [second, 0, 'die', { exitCode }];
const killed = (second: number): Row => [second, 0, 'kill', { signal: '15' }];

describe('a new task of a slot is', () => {
  it.each([
    ['a restart after a crash', [...begun, died(9, '1'), ...next(14)], ['crash']],
    ['one after each crash', [...begun, died(9, '1'), ...next(14), [20, 1, 'die', { exitCode: '2' }], ...next(25, 2)], ['crash', 'crash']],
    ['a restart for want of memory', [...begun, [9, 0, 'oom'], died(9, '137'), ...next(14)], ['oom']],
    ['a restart after an end with exit code 0', [...begun, died(9, '0'), ...next(14)], ['policy']],
    ['a restart where swarm has stopped what was unhealthy', [...begun, [5, 0, 'health_status: unhealthy'], killed(8), died(9, '0'), ...next(14)], ['crash']],
    ['a restart although the old one was removed first', [...begun, died(9, '1'), [10, 0, 'destroy'], ...next(14)], ['crash']],
    ['a restart although the daemon was started anew meanwhile', [...begun, died(9, '1'), [10, 0, 'boot'], ...next(14)], ['crash']],
    ['a deploy after it was stopped', [...begun, killed(8), died(9, '143'), ...next(14)], ['recreate']],
    ['a deploy where the new one comes first', [...begun, ...next(5), killed(8), died(9, '143')], ['recreate']],
    ['a deploy later, though there was a crash before', [...begun, died(9, '1'), ...next(14), [60, 1, 'boot'], [61, 1, 'kill', { signal: '15' }], [62, 1, 'die', { exitCode: '143' }], ...next(63, 2)], ['crash', 'recreate']],
  ] as const)('%s', (_, rows, expected) => {
    expect(told(rows).causes).toEqual(expected);
  }); // prettier-ignore
});

describe('who is expected to run', () => {
  const play = (statuses: readonly ContainerStatus[]): Play => {
    const playing = new Play();
    for (const status of statuses) playing.feed(status, status.at);
    return playing;
  };

  it('a slot whose task was replaced is there, and nothing is told of the old one', () => {
    const { statuses } = told([...begun, died(9, '1'), ...next(14)]);
    const playing = play(statuses).until(3_600);
    expect(playing.moves).toEqual([]);
    playing.signals(3_600, 'critical', 'db', 'FATAL: gone', 5);
    expect(playing.incident().expected).toEqual(['shop_web.1']);
  });

  it('a slot that stays empty is down', () => {
    const playing = play(told([...begun, died(9, '1')]).statuses).until(80);
    expect(playing.alert('opened').story.reason).toContain('shop_web.1 is down');
  });

  it('a slot that was scaled away is not', () => {
    const { statuses } = told([...begun, killed(8), died(9, '143')]);
    expect(play(statuses).until(3_600).moves).toEqual([]);
  });
});

it('one run of its own after another is no restart', () => {
  const oneOff = { ...PROJECT, 'com.docker.compose.oneoff': 'True', name: 'migrate' };
  expect(told([...begun, died(9, '1'), [10, 0, 'destroy'], ...next(60)], oneOff).causes).toEqual([]);
});
