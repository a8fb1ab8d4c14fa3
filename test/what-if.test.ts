import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tryVariant, variantsOf } from '../src/commands/backtest/variants.ts';
import { configSchema } from '../src/config/config.ts';
import { type JudgedSession, judgeSession, whatIf } from '../src/replay/what-if.ts';
import { ofQuery, toQuery } from '../src/views/settings-steps.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader', 'session');

const MINUTE = 60_000;
const START = Date.parse('2025-12-01T00:00:00Z');

const config = configSchema.parse({ heal: { command: ['true'] } });

describe('what other limits would have meant for a session', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'qt-what-if-'));
    writeFileSync(join(dir, 'trader.log'), fortnight().join(''));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test.each([
    ['the example', () => EXAMPLE],
    ['two weeks', () => dir],
  ])('is what backtest --limit says, incident by incident and step by step: %s', async (_, place) => {
    const path = place();
    const judged = await judgeSession({ paths: [path], config, workers: 0 });
    const texts = ['errors=5,critical=1,restarts=9'];
    const found = new Set<string>();
    for (const variant of variantsOf(config, texts)) {
      const { replay } = await tryVariant(variant, path);
      const incidents = whatIf(judged, variant.config);
      expect(incidents, variant.name).toEqual(replay.incidents);
      found.add(JSON.stringify(incidents));
    }
    expect(found.size).toBeGreaterThan(1);
  });

  test('holds for another window and a limit that is off, however often it is asked', async () => {
    const judged: JudgedSession = await judgeSession({ paths: [dir], config, workers: 0 });
    const other = { ...config, limits: { ...config.limits, critical: 'off' as const }, window: 5 * MINUTE };
    const { result } = await judgeSession({ paths: [dir], config: other, workers: 0 });
    expect(whatIf(judged, other)).toEqual(result.incidents);
    expect(whatIf(judged, other)).toEqual(result.incidents);
    expect(whatIf(judged, config)).toEqual(judged.result.incidents);
    expect(result.incidents).not.toEqual(judged.result.incidents);
  });
});

test('settings that are tried come back from an address, and what is none is refused', () => {
  const settings = { critical: 5, errors: 'off', restarts: 2, window: 3_600_000 } as const;
  expect(ofQuery(new URLSearchParams(toQuery(settings)))).toEqual(settings);
  for (const wrong of ['critical=0', 'errors=-1', 'restarts=x', 'window=10', 'window=1e99', 'errors='])
    expect(ofQuery(new URLSearchParams(`${wrong}&${toQuery(settings)}`)), wrong).toBeUndefined();
  expect(ofQuery(new URLSearchParams(''))).toBeUndefined();
});

/** Two weeks of one container: an error every ten minutes, a burst each day, and on some days something critical. */
function fortnight(): readonly string[] {
  const line = (at: number, text: string): string => `${new Date(at).toISOString()} ${text}\n`;
  return Array.from({ length: 14 * 144 }, (_, n) => {
    const at = START + n * 10 * MINUTE;
    const isBurst = n % 144 === 90;
    const errors = Array.from({ length: isBurst ? 60 : 1 }, (_, k) =>
      line(at + k * 1_000, `ERROR order ${n}-${k} rejected`),
    );
    const fatal = Array.from({ length: n % 288 === 30 ? 6 : 0 }, (_, k) =>
      line(at + 120_000 + k * 1_000, 'FATAL: database "quantum" does not exist'),
    );
    return [...errors, line(at + 100_000, 'INFO all is well'), ...fatal].join('');
  });
}
