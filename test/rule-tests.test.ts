import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { printTest, printTotals } from '../src/commands/test/print.ts';
import { runTest } from '../src/commands/test/run-test.ts';
import { readTestFile } from '../src/commands/test/test-file.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures', 'rule-tests');
const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rule-tests-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function outputOf(path: string): Promise<string> {
  const runs = [];
  for (const one of await readTestFile(path)) runs.push(await runTest(one));
  return runs.map((run) => printTest(run, false)).join('') + printTotals(runs);
}

async function file(text: string): Promise<string> {
  const path = join(folder, 'tests.yaml');
  await writeFile(path, text);
  return path;
}

test("the example's own tests pass", async () => {
  expect(await outputOf(join(EXAMPLE, 'tests.yaml'))).toBe(
    [
      'ok    the database is lost and comes back empty - told once, healed once, resolved',
      'ok    a heal that fails is said to have failed, and is not run again without new evidence',
      'ok    limits far above this hour keep quiet',
      '3 passed, 0 failed',
      '',
    ].join('\n'),
  );
});

test('what was expected and what was there instead is told as it is kept beside the tests', async () => {
  const output = await outputOf(join(FIXTURES, 'failing.yaml'));
  const golden = join(FIXTURES, 'failing.txt');
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, output);
  expect(output).toBe(await readFile(golden, 'utf8'));
});

test('everything that is wrong with a file is told at once, with its place', async () => {
  const path = await file(
    [
      'config: x.yaml',
      'tests:',
      '  - name: a',
      '    session: s',
      '    expect:',
      '      - { at: noon, incident: opens }',
      '      - { at: 00:00:01, incident: explodes }',
      '      - { at: 00:00:01, alert: true, critical: many }',
      '      - { at: 00:00:01, alarm: true }',
      '      - { at: 00:00:01, heal: 7, witin: 3s }',
      '      - soon',
      '  - name: b',
      '    expect: []',
      '  - expect: [{ no: heal }]',
    ].join('\n'),
  );
  const problems = await readTestFile(path).catch((error: unknown) => String(error));
  expect(problems).toBe(
    [
      `UsageError: ${path} is not usable:`,
      '  tests.0.expect.0.at: expected 00:12:30 (since the first event) or 2025-12-17T16:18:07Z, found "noon"',
      '  tests.0.expect.1.incident: expected one of opens, reopens, waits, heals, settles, watches, cools down, escalates, resolves, holds, closes, found "explodes"',
      '  tests.0.expect.2.critical: expected a number, or a comparison such as ">= 5", found "many"',
      '  tests.0.expect.3: expected one of incident, alert, report, heal, no, total, incidents, alerts, reports, heals, found at, alarm',
      '  tests.0.expect.4.heal: expected true or a text, found 7',
      '  tests.0.expect.4: expected no such key, found witin',
      '  tests.0.expect.5: expected keys and values, found "soon"',
      '  tests.1.expect: expected at least 1 of them, found []',
      '  tests.2.name: expected a text, found nothing',
    ].join('\n'),
  );
});

test('wrong settings, or a session that cannot be replayed, are told with the name of the test', async () => {
  const [wrong, nowhere] = await readTestFile(
    await file(
      [
        'session: nowhere',
        'tests:',
        '  - { name: a, config: { limits: { criticl: 9 } }, expect: [{ no: heal }] }',
        '  - { name: b, expect: [{ no: heal }] }',
      ].join('\n'),
    ),
  );
  if (wrong === undefined || nowhere === undefined) throw new Error('two tests were written');
  await expect(runTest(wrong)).rejects.toThrow(/^test "a": [^]*limits\.criticl/);
  await expect(runTest(nowhere)).rejects.toThrow(
    /^test "b": .*nowhere: cannot be read: there is no such file$/,
  );
});

test('a file that is missing or is no YAML, and a test without a session, are wrong usage', async () => {
  await expect(readTestFile(join(folder, 'nowhere.yaml'))).rejects.toThrow(/nowhere\.yaml: cannot be read/);
  await expect(readTestFile(await file('tests: ['))).rejects.toThrow(/tests\.yaml: /);
  await expect(readTestFile(await file(''))).rejects.toThrow(
    'the file: expected keys and values, found nothing',
  );
  await expect(readTestFile(await file('tests: [{ name: a, expect: [{ no: heal }] }]'))).rejects.toThrow(
    'test "a" has no session to replay',
  );
});

test("a test's own settings are laid over the file's, its own file replaces them", async () => {
  const path = await file(
    [
      'config: { limits: { errors: 7, critical: 8 } }',
      'session: s',
      'tests:',
      '  - { name: a, config: { limits: { critical: 9 } }, expect: [{ no: heal }] }',
      '  - { name: b, config: other.yaml, session: [t, u], expect: [{ no: heal }] }',
    ].join('\n'),
  );
  const [a, b] = await readTestFile(path);
  expect(a).toMatchObject({
    settings: { 'limits.errors': 7, 'limits.critical': 9 },
    configFile: undefined,
    session: [join(folder, 's')],
  });
  expect(b).toMatchObject({
    settings: {},
    configFile: join(folder, 'other.yaml'),
    session: [join(folder, 't'), join(folder, 'u')],
  });
});

test('what is new, far more frequent or silent can be expected of a session, alone or against settings without it', async () => {
  const began = Date.UTC(2025, 11, 1);
  const at = (minutes: number): string => new Date(began + minutes * 60_000).toISOString();
  const lines: string[] = [];
  for (let minute = 0; minute < 30 * 60; minute++) {
    // It falls silent two hours before the end.
    if (minute < 28 * 60) lines.push(`${at(minute)} INFO tick\n`);
    if (minute % 97 === 0) lines.push(`${at(minute)} ERROR feed reconnecting\n`);
    if (minute >= 26 * 60 && minute < 26 * 60 + 3)
      lines.push(`${at(minute)} ERROR the ring has no such key\n`);
    if (minute === 27 * 60)
      for (let n = 0; n < 40; n++) lines.push(`${at(minute)} ERROR feed reconnecting\n`);
  }
  await writeFile(join(folder, 'bot.log'), lines.filter((line) => line < at(28 * 60)).join(''));
  // Another container goes on, and time with it.
  const other = Array.from({ length: 30 * 60 }, (_, minute) => `${at(minute)} INFO on\n`);
  await writeFile(join(folder, 'other.log'), other.join(''));
  const path = await file(
    [
      'config: { limits.errors: 1000 }',
      'session: [bot.log, other.log]',
      'tests:',
      '  - name: told',
      '    config: { learning.new: alert, learning.rate: alert, learning.silent: alert }',
      '    expect:',
      '      - { at: 2025-12-02T02:02:00Z, within: 1m, alert: never seen in bot in 90 days }',
      '      - { at: 2025-12-02T03:01:00Z, within: 10m, alert: usually }',
      '      - { at: 2025-12-02T04:11:00Z, within: 10m, alert: silent for }',
      '      - { no: heal }',
      '  - name: notes alone open nothing',
      '    expect: [{ no: incident }]',
    ].join('\n'),
  );
  expect(await outputOf(path)).toBe('ok    told\nok    notes alone open nothing\n2 passed, 0 failed\n');
});
