import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { type Case, cases, HOSTILE, HOSTILE_NAME, STEERING, textsOf } from './support/hostile-session.ts';
import { leaksOf } from './support/secret-table.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

const ALL = cases();
/** So many lines open an incident together, and a message quotes no more. */
const TOGETHER = 3;

/** The cases whose secrets can be read in what came out, each line by itself. */
function leaksIn(output: string): readonly string[] {
  const lines = output.split('\n');
  return ALL.flatMap((one) =>
    lines
      .filter((line) => line.includes(one.mark) && leaksOf(one, line).length > 0)
      .map((line) => `${one.text} => ${line}`),
  );
}

/** The texts of a file of JSON lines. */
function textsOfLines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : textsOf(JSON.parse(line))));
}

/** The part of the cases that is quoted at all: without it, nothing would be shown by what is missing. */
function quotedIn(output: string, all: readonly Case[] = ALL): number {
  return all.filter(({ mark }) => output.includes(mark)).length / all.length;
}

describe('saved logs full of secrets and control characters', () => {
  let folder: string;
  let session: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outputs-'));
    session = join(folder, 'session');
    await mkdir(session);
    const begin = Date.parse('2026-03-01T00:00:00Z');
    const day = 86_400_000;
    const lines = ALL.map(({ text, mark }, at) => {
      const moment = begin + Math.floor(at / TOGETHER) * day + at * 1_000;
      return `${new Date(moment).toISOString()} FATAL: ${mark} ${text}\n`;
    });
    await writeFile(join(session, `${HOSTILE_NAME}.log`), lines.join(''));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const settings = { QT_LIMITS_CRITICAL: String(TOGETHER) };

  test('replay says none of it, in words or in JSON', async () => {
    const story = await cli(['replay', session], { env: settings });
    expect(story.exitCode, story.stderr).toBe(0);
    const json = await cli(['replay', '--json', session], { env: settings });
    for (const output of [story.stdout + story.stderr, ...textsOf(JSON.parse(json.stdout)), json.stderr]) {
      expect(output).not.toMatch(STEERING);
      expect(leaksIn(output)).toEqual([]);
    }
    expect(quotedIn(json.stdout)).toBeGreaterThan(0.9);
  });

  test('neither messages, the report nor the file of incidents hold any of it', async () => {
    await using receiver = await startWebhookReceiver();
    const reports = join(folder, 'reports');
    const drill = await cli(['replay', '--effects', session], {
      env: { ...settings, QT_ALERT_WEBHOOK: `${receiver.origin}/hook`, QT_REPORT_DIR: reports },
    });
    expect(drill.exitCode, drill.stderr).toBe(0);
    const names = await readdir(reports);
    expect(names).toContain('incidents.jsonl');
    const files = await Promise.all(
      names.map(async (name) => {
        const text = await readFile(join(reports, name), 'utf8');
        return name.endsWith('.jsonl') ? textsOfLines(text).join('\n') : text;
      }),
    );
    const bodies = receiver.requests.flatMap(({ json }) => textsOf(json));
    for (const output of [drill.stdout, drill.stderr, ...files, ...bodies]) {
      expect(output).not.toMatch(STEERING);
      expect(leaksIn(output)).toEqual([]);
    }
    expect(quotedIn(files.join('\n'))).toBeGreaterThan(0.95);
    expect(quotedIn(bodies.join('\n'))).toBeGreaterThan(0.95);
  }, 120_000);

  test('classify shows the lines of its own input, but nothing of them steers the terminal', async () => {
    const input = ALL.map(({ text }) => `FATAL: ${text}\n`).join('');
    const explained = await cli(['classify', '--explain'], { input });
    expect(explained.stdout).not.toMatch(STEERING);
    expect(explained.stdout.split('\n').length).toBeGreaterThanOrEqual(ALL.length);
    const records = HOSTILE.map((text) => ({ id: text.toWellFormed(), line: `FATAL: ${text}` }));
    const ndjson = await cli(['classify', '--ndjson'], {
      input: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    });
    expect(ndjson.stdout).not.toMatch(STEERING);
    expect(ndjson.stdout.split('\n').map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(
      records.map(({ id }) => id),
    );
  });

  test('an error that names what was found shows it without steering the terminal', async () => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, `limits:\n  errors: "\\e[31m\\u009b1m\\u202e"\n"\\e[2Jkey\\u202e": 1\n`);
    const checked = await cli(['check-config', '--config', file]);
    expect(checked.exitCode).toBe(2);
    expect(checked.stderr).toContain('limits.errors');
    expect(checked.stderr).not.toMatch(STEERING);
    const missing = await cli(['replay', join(folder, `none${HOSTILE_NAME}`)]);
    expect(missing.stderr).toContain('none');
    expect(missing.stderr).not.toMatch(STEERING);
  });
});
