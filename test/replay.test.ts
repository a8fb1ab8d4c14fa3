import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load-config.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import type { ReplayResult } from '../src/replay/replay-result.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader');
const SESSION = join(EXAMPLE, 'session');
const GOLDEN = join(import.meta.dirname, 'fixtures', 'replay', 'quantum-trader.json');

let result: ReplayResult;
beforeAll(async () => {
  result = await replay([SESSION]);
});

async function replay(paths: readonly string[]): Promise<ReplayResult> {
  const { config } = await loadConfig({ file: join(EXAMPLE, 'quantum-realtime.yaml') });
  return replaySession({ paths, config });
}

function asText(replayed: ReplayResult): string {
  return `${JSON.stringify(replayed, undefined, 2)}\n`;
}

test('the hour has 353 critical events, 482 errors, 10 warnings and 1 restart in 8 containers', () => {
  expect(result.counts).toEqual({ critical: 353, error: 482, warning: 10, restart: 1 });
  expect(result.containers).toBe(8);
  expect(result.gaps).toEqual([]);
});

test('its story is one incident, one heal, three messages, at these very moments', () => {
  const story = result.effects.map(({ at, kind, id, text }) => {
    const part = id.slice((result.incidents[0]?.id ?? '').length + 1);
    return `${at.slice(11, 23)} ${kind} ${part} | ${text.split('\n')[0] ?? ''}`;
  });
  expect(story).toEqual([
    '16:18:10.250 alert opened | 🚨 **Quantum Trader - Auto-Heal Triggered**',
    expect.stringMatching(/^16:18:10\.250 report opened:report \|/),
    '16:18:10.250 heal heal:1:run | attempt 1: ./heal.sh',
    '16:18:40.250 alert heal:1 | ✅ Auto-heal completed successfully',
    expect.stringMatching(/^16:18:40\.250 report heal:1:report \|/),
    '16:29:40.250 alert resolved:1 | ✅ **Quantum Trader - Resolved**',
    expect.stringMatching(/^16:29:40\.250 report resolved:1:report \|/),
  ]);
  expect(result.effects[0]?.text).toContain('21 critical events (threshold: 5); 54 errors (threshold: 50)');
  expect(result.effects[5]?.text).toContain('353 critical events (threshold: 5); 482 errors (threshold: 50)');
  expect(result.incidents).toHaveLength(1);
  expect(result.incidents[0]).toMatchObject({
    state: 'closed',
    openedAt: '2025-12-17T16:18:07.250Z',
    resolvedAt: '2025-12-17T16:29:40.250Z',
    closedAt: '2025-12-17T16:59:40.250Z',
    opening: { critical: 5, error: 21, warning: 5, restart: 1 },
    closing: { critical: 353, error: 482, warning: 10, restart: 1 },
  });
});

test('the same input gives the same bytes, whatever the order in which the files are named', async () => {
  const files = (await readdir(SESSION)).map((name) => join(SESSION, name));
  const golden = asText(result);
  expect(asText(await replay([SESSION]))).toBe(golden);
  expect(asText(await replay(files.toSorted().reverse()))).toBe(golden);
  expect(asText(await replay([...files.slice(4), ...files.slice(0, 4), SESSION]))).toBe(golden);
});

test('the whole result is the one kept beside the tests', async () => {
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(GOLDEN, asText(result));
  expect(asText(result)).toBe(await readFile(GOLDEN, 'utf8'));
});

test('an assumed heal that fails or hangs is told as such, and leads to a second attempt only on new evidence', async () => {
  const { config } = await loadConfig({ file: join(EXAMPLE, 'quantum-realtime.yaml') });
  const failed = await replaySession({
    paths: [SESSION],
    config,
    assumeHeal: { result: 'fail', duration: 5_000 },
  });
  expect(failed.effects.filter(({ kind }) => kind === 'heal')).toHaveLength(1);
  expect(failed.effects.find(({ id }) => id.endsWith(':heal:1'))?.text).toContain(
    'Auto-heal failed (exit code 1)',
  );
});

test('a path that cannot be replayed is named, with what was expected', async () => {
  await expect(replay([join(EXAMPLE, 'nowhere')])).rejects.toThrow(/nowhere: cannot be read/);
  await expect(replay([join(EXAMPLE, 'heal.sh')])).rejects.toThrow(
    /heal\.sh: in no known format; expected .*docker logs -t/,
  );
});
