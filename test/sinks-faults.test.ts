import { statSync } from 'node:fs';
import { asyncScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { effectQueue } from '../src/sinks/effect-queue.ts';
import { endedRun, type HealEnd } from '../src/sinks/heal/heal-sink.ts';
import { healFacts, writeHealContext } from '../src/sinks/heal/heal-context.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import type { Effect } from '../src/model.ts';
import { bench, scratchDir, story } from './support/state.ts';
import { soon } from './support/soon.ts';

const effect: Effect = {
  type: 'effect',
  kind: 'report',
  id: 'i:opened:report',
  part: 'opened',
  at: 1,
  story: story('i'),
};

test('an effect that fails in a way it must not does not end the process, and is tried again', async () => {
  const outbox = memoryOutbox();
  const { log, said } = bench();
  outbox.add(effect, ['report'], 1);
  const queue = effectQueue({
    alert: { channels: [], name: 'x', deadline: 1_000 },
    report: { append: () => Promise.resolve() },
    heal: undefined,
    outbox: {
      ...outbox,
      save: () => {
        throw new URIError('URI malformed');
      },
    },
    clock: asyncScheduler,
    log,
  });
  queue.submit(effect);
  await queue.idle();
  expect(said).toEqual([expect.stringContaining('will be tried again')]);
  await queue.stop(0);
});

test.each([
  ['at its start', () => Promise.reject(new TypeError('no such thing'))],
  [
    'at its end',
    () => Promise.resolve({ ended: Promise.reject(new TypeError('no such thing')), kill: () => undefined }),
  ],
])('a heal that fails %s in a way it must not ends broken, and the next one runs', async (_, fail) => {
  const ok: HealEnd = { result: 'ok', detail: 'exit code 0', output: '' };
  const starts = [fail, () => Promise.resolve(endedRun(ok))];
  const queue = effectQueue({
    alert: { channels: [], name: 'x', deadline: 1_000 },
    report: { append: () => Promise.resolve() },
    heal: { start: () => starts.shift()?.() ?? expect.unreachable(), adopt: () => undefined },
    outbox: memoryOutbox(),
    clock: asyncScheduler,
    log: bench().log,
  });
  const ends: unknown[] = [];
  queue.outcomes$.subscribe((end) => ends.push(end));
  for (const id of ['one', 'two']) queue.submit({ ...effect, kind: 'heal', id });
  await queue.idle();
  await soon(() => expect(ends).toHaveLength(2));
  expect(ends).toMatchObject([
    { effect: 'one', result: 'broken', detail: expect.stringContaining('no such thing') as string },
    { effect: 'two', result: 'ok' },
  ]);
  await queue.stop(0);
});

test.each(['https://ntfy.sh/a%zz', 'https://ntfy.sh/a%', 'https://x.example/%4'])(
  'an address with a broken escape is refused: %s',
  (webhook) => {
    expect(() => configSchema.parse({ alerts: { webhook } })).toThrow('two hexadecimal digits');
    expect(() => configSchema.parse({ alerts: { webhook: 'https://ntfy.sh/a%20b' } })).not.toThrow();
  },
);

test('names of containers never make a variable that no program can be started with', () => {
  const counts = { critical: 1, error: 0, warning: 0, restart: 0 };
  const containers = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, nth) => [`container-with-a-long-name-${nth}`, counts]),
  );
  const facts = healFacts({ ...effect, story: { ...effect.story, containers } }, '/f');
  for (const fact of Object.values(facts)) expect(fact.length).toBeLessThan(32 * 1_024);
});

test('nobody can foresee the name of the context file', () => {
  const dir = scratchDir();
  const files = [writeHealContext(dir, effect), writeHealContext(dir, effect)];
  expect(files[0]?.path).not.toBe(files[1]?.path);
  expect(files.map(({ path }) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
});
