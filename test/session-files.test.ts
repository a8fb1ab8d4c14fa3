import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backtestHtml } from '../src/commands/backtest/html.ts';
import { tryVariant, variantsOf } from '../src/commands/backtest/variants.ts';
import { configSchema } from '../src/config/config.ts';
import { cli } from './support/cli.ts';

const START = Date.parse('2025-12-17T16:00:00Z');

let dir: string;
let saved: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'qt-session-files-'));
  saved = join(dir, '<img src=x>.log');
  const lines = Array.from(
    { length: 20 },
    (_, n) => `${new Date(START + n * 1_000).toISOString()} FATAL: <script>alert(${n})</script> is lost\n`,
  );
  writeFileSync(saved, lines.join(''));
});
afterAll(() => rmSync(dir, { recursive: true }));

test('replay --html writes the session as one file of text, the same bytes each time, beside what it prints', async () => {
  const file = join(dir, 'session.html');
  const { exitCode, stdout, stderr } = await cli(['replay', saved, '--json', '--html', file]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ counts: { critical: 20 } });
  expect(stderr).toContain(`Written: ${file}`);
  const written = readFileSync(file, 'utf8');
  expect(written).toContain('20 lines of 1 container');
  expect(written).toContain('<strong>1 incident and 0 heals</strong>');
  expect(written).toContain('&lt;img src=x&gt;');
  expect(written).not.toMatch(/<script|<img|\son\w+=/);
  await cli(['replay', saved, '--html', file]);
  expect(readFileSync(file, 'utf8')).toBe(written);
});

test('backtest --html puts the settings that were tried side by side, each with its incidents', async () => {
  const config = configSchema.parse({ heal: { command: ['true'] } });
  const results = [];
  for (const variant of variantsOf(config, ['critical=100'])) results.push(await tryVariant(variant, saved));
  const html = backtestHtml(results, 'p{}');
  expect(html).toContain('20 lines of 1 container from 2025-12-17 16:00:00 UTC on');
  const rows = [...html.matchAll(/<tr><th[^>]*>([^<]*)<\/th>(.*?)<\/tr>/g)].map(([, name, cells = '']) => [
    name,
    ...[...cells.matchAll(/>([^<]+)</g)].map(([, cell]) => cell),
  ]);
  expect(rows).toEqual([
    ['Settings', 'Critical', 'Errors', 'Restarts', 'Window', 'Incidents', 'Heals'],
    ['as configured', '5', '50', '2', '1 h', '1', '1'],
    ['critical=100', '100', '50', '2', '1 h', '0', '0'],
  ]);
  expect(html).toContain('<h2 id="try-1" dir="auto">critical=100 (0 incidents)</h2>');
  expect(backtestHtml(results, 'p{}')).toBe(html);
});
