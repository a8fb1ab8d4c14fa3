import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { configSchema, defaults } from '../src/config/config.ts';
import { printBacktest } from '../src/commands/backtest/print.ts';
import { runBacktest } from '../src/commands/backtest/run-backtest.ts';
import { variantsOf } from '../src/commands/backtest/variants.ts';
import { describeEngine } from './support/engine.ts';

const HOUR = 3_600_000;

test('limits that are tried are told by name; what is no limit is none', () => {
  const variants = variantsOf(defaults, ['errors=100', 'critical=1, restarts=9']);
  expect(variants.map(({ name, config }) => [name, config.limits])).toEqual([
    ['as configured', { critical: 5, errors: 50, restarts: 2 }],
    ['errors=100', { critical: 5, errors: 100, restarts: 2 }],
    ['critical=1, restarts=9', { critical: 1, errors: 50, restarts: 9 }],
  ]);
  for (const text of ['errors', 'errors=0', 'errors=x', 'warnings=3', ''])
    expect(() => variantsOf(defaults, [text])).toThrow(
      `--limit ${text}: expected critical, errors or restarts`,
    );
});

describeEngine('backtest on an engine', (engine) => {
  test(
    'what Docker still holds is replayed without following, under several limits side by side',
    { timeout: 60_000 },
    async () => {
      const failing = 'awk \'BEGIN{for(i=1;i<=60;i++)print "ERROR: order " i " failed"}\'; sleep 600';
      await engine().run({ name: 'orders', script: failing });
      await engine().run({ name: 'calm', script: 'echo all is well; sleep 600' });
      await engine().exited(
        await engine().run({ name: 'gone', script: 'echo "FATAL: out of luck"; exit 1' }),
      );
      await engine().create({ name: 'never-started', script: 'true' });
      const host = `unix://${engine().socket}`;
      const config = configSchema.parse({
        docker: { host },
        incident: { groupWait: '0s' },
        heal: { command: ['true'] },
      });
      let progress = '';
      const sink = new Writable({
        write(chunk: Buffer, _, done) {
          progress += chunk.toString();
          done();
        },
      });
      // The containers have been started; their first lines may be a moment away.
      await expect
        .poll(
          async () =>
            (await runBacktest(config, variantsOf(config, []), HOUR, sink)).results[0]?.replay.counts.error,
          {
            timeout: 20_000,
          },
        )
        .toBe(60);
      const { fetched, results } = await runBacktest(config, variantsOf(config, ['errors=100']), HOUR, sink);
      expect(fetched).toEqual({ containers: 3, unread: [] });
      expect(progress).toContain('reading the log of orders\n');
      expect(results[0]?.replay.counts).toMatchObject({ critical: 1, error: 60 });
      expect(results.map(({ name, replay }) => [name, replay.incidents.length])).toEqual([
        ['as configured', 1],
        ['errors=100', 0],
      ]);
      expect(results[0]?.firings[0]).toMatchObject({
        what: 'alert',
        part: 'opened',
        containers: expect.arrayContaining([['orders', expect.objectContaining({ error: 50 })]]) as unknown,
      });
      const text = printBacktest(results);
      expect(text).toMatch(/as configured {2} +1 +1 +\d/);
      expect(text).toMatch(/alert {2}errors 50 >= 50: orders 50$/m);
      expect(text).toContain('nothing would have happened');
    },
  );
});
