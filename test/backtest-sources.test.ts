import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runBacktest } from '../src/commands/backtest/run-backtest.ts';
import { variantsOf } from '../src/commands/backtest/variants.ts';
import { configSchema } from '../src/config/config.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { openHistory } from '../src/history/history-file.ts';
import { SILENT } from '../src/log.ts';
import { shownLine } from '../src/operators/shown-line.ts';
import { describeEngine } from './support/engine.ts';

const HOUR = 3_600_000;

/** Runs a backtest of an hour; what it says meanwhile does not matter here. */
async function backtest(settings: object, limits: readonly string[] = [], history?: string) {
  const config = configSchema.parse(settings);
  const progress = new Writable({ write: (_, __, done) => done() });
  return runBacktest(config, variantsOf(config, limits), HOUR, progress, history);
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

describe('a backtest with a history', () => {
  const day = 24 * HOUR;
  /** A history that has known the program for two days, and of its errors one. */
  function history(): string {
    const dir = folder();
    const at = Date.now() - 2 * day;
    const gathered = gatherer();
    const text = 'ERROR: order 1 failed';
    const from = { source: 'files', container: 'files:trader', labels: {} };
    const { fingerprint } = shownLine(text);
    gathered.see([{ type: 'signal', kind: 'error', at, ...from, text, fingerprint, rule: 'x' }], at);
    const file = openHistory(dir, at, SILENT);
    file.write(gathered.take(), at);
    file.close();
    return dir;
  }
  const stamp = (second: number) => new Date(Date.now() - HOUR / 2 + second * 1_000).toISOString();
  const settings = (dir: string) => ({
    sources: { docker: false, files: [{ name: 'trader', paths: [join(dir, '*.log')] }] },
    learning: { new: 'alert' },
  });

  test('alerts of what that has never seen, in every variant, and leaves it as it was', async () => {
    const dir = folder();
    const fresh = [1, 2, 3].map((n) => `${stamp(10 + n)} ERROR: the ring has no such key\n`);
    writeFileSync(
      join(dir, 'trader.log'),
      [errors(5, HOUR / 2), ...fresh, `${stamp(60)} INFO: on\n`].join(''),
    );
    const past = history();
    const before = readFileSync(join(past, 'history.sqlite'));
    const { results } = await backtest(settings(dir), ['errors=100'], past);
    expect(results).toHaveLength(2);
    for (const { replay, firings } of results) {
      expect(replay.notes?.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
        'new 3 in 10m, never seen in files:trader in 90 days: ERROR: the ring has no such key',
      ]);
      expect(firings[0]?.breaches[0]?.rule).toBe('learned.new');
    }
    expect(readFileSync(join(past, 'history.sqlite'))).toEqual(before);
    // Without it the program is new itself.
    expect((await backtest(settings(dir))).results[0]?.replay.notes).toBeUndefined();
  });

  test('that is not there is refused', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'trader.log'), errors(5, HOUR / 2));
    await expect(backtest(settings(dir), [], dir)).rejects.toThrow(
      /--history .*: there is no history.sqlite in it/,
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
