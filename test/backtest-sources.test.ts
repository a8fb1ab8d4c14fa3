import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBacktest } from '../src/commands/backtest/run-backtest.ts';
import { variantsOf } from '../src/commands/backtest/variants.ts';
import { configSchema } from '../src/config/config.ts';
import { describeEngine } from './support/engine.ts';

const HOUR = 3_600_000;

/** Runs a backtest of an hour; what it says meanwhile does not matter here. */
async function backtest(settings: object) {
  const config = configSchema.parse(settings);
  return runBacktest(config, variantsOf(config, []), HOUR, new Writable({ write: (_, __, done) => done() }));
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'backtest-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Errors of one program, one a second from `ago` milliseconds before now on. */
function errors(count: number, ago: number): string {
  const begin = Date.now() - ago;
  return Array.from(
    { length: count },
    (_, n) => `${new Date(begin + n * 1_000).toISOString()} ERROR: order ${n} failed\n`,
  ).join('');
}

describe('a backtest of log files', () => {
  test('takes what was rotated and compressed with it, leaves out what is older, and names the group', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'trader.log.2.gz'), gzipSync(errors(7, 3 * HOUR)));
    writeFileSync(join(dir, 'trader.log.1'), errors(50, HOUR / 2));
    writeFileSync(join(dir, 'trader.log'), errors(3, HOUR / 4));
    const files = [{ name: 'trader', paths: [join(dir, '*.log')] }];
    const { fetched, results } = await backtest({ sources: { docker: false, files } });
    expect(fetched).toEqual({ containers: 1, unread: [] });
    expect(results[0]?.replay).toMatchObject({ lines: 53, counts: { error: 53 } });
    expect(results[0]?.firings[0]?.containers[0]?.[0]).toBe('files:trader');
  });

  test('says of a group that nothing of it can be read, and why', async () => {
    const dir = folder();
    const files = [{ name: 'trader', paths: [join(dir, '*.log')] }];
    await expect(backtest({ sources: { docker: false, files } })).rejects.toThrow(
      /no line of the last 1h is held .*\n {2}files:trader: no file matches its paths/,
    );
  });
});

describeEngine('a backtest of an engine with a name', (engine) => {
  test('counts lines and restarts under the identities that it has live', { timeout: 60_000 }, async () => {
    const id = await engine().run({
      name: 'orders',
      script: 'echo "ERROR: order 1 failed"; exit 3',
      restart: 'on-failure:2',
    });
    await engine().exited(id);
    const docker = { name: 'b', host: `unix://${engine().socket}` };
    await expect
      .poll(async () => (await backtest({ sources: { docker } })).results[0]?.replay.counts, {
        timeout: 20_000,
      })
      .toMatchObject({ error: 3, restart: 2 });
    const { results } = await backtest({
      sources: { docker },
      limits: { restarts: 1 },
      incident: { groupWait: '0s' },
    });
    expect(results[0]?.firings[0]?.containers.map(([name]) => name)).toEqual(['docker:b:orders']);
  });
});
