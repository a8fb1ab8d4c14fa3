import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, of, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { configSchema } from '../src/config/config.ts';
import type { Judged, Observation, Signal } from '../src/model.ts';
import { classify } from '../src/operators/classify.ts';
import { killOnce } from '../src/operators/kill-once.ts';
import { replaySession } from '../src/replay/replay-session.ts';

/** `oom` is what the engine tells; anything else is a line of the log. Moments in seconds. */
async function counted(...items: readonly (readonly [number, string, string?])[]): Promise<string[]> {
  const observations = items.map(([second, text, container = 'pool']): Observation => {
    const at = second * 1_000;
    const labels = {};
    if (text === 'oom') return oom(at, container, 'docker:oom');
    if (text === 'unit oom') return oom(at, container, 'journald:oom');
    return {
      ...{ type: 'line', ts: '', at, text },
      origin: { id: container, source: 'docker', container, stream: 'stderr', labels },
    };
  });
  const judged$ = of(...observations.map((one) => [one])).pipe(
    classify(createClassifier([])),
    killOnce<Judged>(),
    toArray(),
  );
  return (await firstValueFrom(judged$))
    .flat()
    .map((item) => `${item.at / 1_000} ${item.type === 'signal' ? item.container : item.type}`);
}

function oom(at: number, container: string, rule: string): Signal {
  const text = 'out of memory: a process was killed';
  return {
    ...{ type: 'signal', kind: 'critical', at, source: 'docker', container, labels: {} },
    ...{ text, fingerprint: text, rule },
  };
}

test.each([
  ['the event first', [[1, 'oom'], [1.2, 'Killed']], ['1 pool']],
  ['the line first', [[1, 'Killed'], [1.2, 'oom']], ['1 pool']],
  ['a line with the shell and its place', [[1, 'oom'], [1, '/run.sh: line 3:    12 Killed                  dd if=/dev/zero']], ['1 pool']],
  ['a Go program that has started it', [[1, 'oom'], [1, 'panic: signal: killed']], ['1 pool']],
  ['PostgreSQL', [[1, 'oom'], [1, 'PANIC:  server process (PID 77) was terminated by signal 9: Killed']], ['1 pool']],
  ['a unit of systemd', [[1, 'unit oom'], [2, 'Killed']], ['1 pool']],
  ['again and again: once each', [[1, 'oom'], [1.1, 'Killed'], [2.5, 'oom'], [2.6, 'Killed'], [4, 'Killed'], [4.1, 'oom']], ['1 pool', '2.5 pool', '4 pool']],
  ['two events before the lines of both', [[1, 'oom'], [2.1, 'oom'], [2.2, 'Killed'], [2.3, 'Killed']], ['1 pool', '2.1 pool']],
] as const)('a killing for memory counts once: %s', async (_, items, expected) => {
  expect(await counted(...items)).toEqual(expected);
}); // prettier-ignore

test.each([
  ['another container', [[1, 'oom'], [1, 'Killed', 'web']], ['1 pool', '1 web']],
  ['much later', [[1, 'oom'], [7, 'Killed']], ['1 pool', '7 pool']],
  ['something else that is critical', [[1, 'oom'], [1, 'FATAL: the session was killed by an administrator']], ['1 pool', '1 pool']],
  ['a second line for one event', [[1, 'oom'], [1, 'Killed'], [2, 'Killed']], ['1 pool', '2 pool']],
  ['lines alone, of whoever was killed by hand', [[1, 'Killed'], [2, 'Killed']], ['1 pool', '2 pool']],
] as const)('what is not the same killing counts by itself: %s', async (_, items, expected) => {
  expect(await counted(...items)).toEqual(expected);
}); // prettier-ignore

test('a replay of logs and events counts a killing once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killing-'));
  try {
    await writeFile(join(folder, 'pool.log'), '2025-12-17T16:18:05.200000000Z Killed\n');
    const event = { Action: 'oom', Actor: { ID: 'c1', Attributes: { name: 'pool', image: 'busybox' } } };
    const nano = '1765988285100000000';
    await writeFile(
      join(folder, 'events.jsonl'),
      `${JSON.stringify({ Type: 'container', ...event }).slice(0, -1)},"timeNano":${nano}}\n`,
    );
    const { counts } = await replaySession({ paths: [folder], config: configSchema.parse({}) });
    expect(counts.critical).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
