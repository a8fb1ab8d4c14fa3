import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Learned, learner, shareOfLimit } from '../src/commands/classify/learned.ts';
import { ruleFor } from '../src/commands/classify/rule-for.ts';
import { configSchema } from '../src/config/config.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = promisify(execFile);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'learn-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const classifier = createClassifier([]);

/** What is learned of these lines of one container, a second apart unless told otherwise. */
function learned(lines: readonly string[], step = 1_000): readonly Learned[] {
  const all = learner();
  const entry = newEntry();
  lines.forEach((text, n) => {
    const at = 1_800_000_000_000 + n * step;
    all.see(text, at, 'trader', classifier.explain(text, entry, 'trader', at));
  });
  return all.summary().messages;
}

/** The first of them. */
function firstOf(lines: readonly string[], step?: number): Learned {
  const [first] = learned(lines, step);
  if (first === undefined) throw new Error('nothing was learned');
  return first;
}

describe('what is learned of a log', () => {
  it('is counted by message, the most frequent that counts first', () => {
    const messages = learned([
      ...Array.from({ length: 9 }, (_, n) => `INFO tick ${n}`),
      ...Array.from({ length: 3 }, (_, n) => `order ${n} failed: margin`),
      'WARN slow',
      'INFO fine',
      'Traceback (most recent call last):',
      '  File "a.py", line 1',
      'ValueError: x',
    ]);
    expect(messages.map(({ count, level, fingerprint }) => `${count} ${level} ${fingerprint}`)).toEqual([
      '3 error order <*> failed: margin',
      '1 warning WARN slow',
      '1 error Traceback (most recent call last):',
      '9 info INFO tick <*>',
      '1 info INFO fine',
    ]);
    expect(messages[0]).toMatchObject({ rule: 'words', evidence: 'failed' });
  });

  it('tells when one message alone reaches more than 80 % of a limit within five seconds', () => {
    const limits = { critical: 5, errors: 50 };
    const storm = (count: number, step: number) =>
      firstOf(
        Array.from({ length: count }, (_, n) => `order ${n} failed`),
        step,
      );
    expect(shareOfLimit(storm(41, 100), limits)).toEqual({ kind: 'error', limit: 50, share: 0.82 });
    expect(shareOfLimit(storm(40, 100), limits)).toBeUndefined();
    expect(shareOfLimit(storm(400, 200), limits)).toBeUndefined();
  });
});

describe('the rule that is proposed', () => {
  const formats = join(import.meta.dirname, 'fixtures', 'classify', 'formats.tsv');

  it('can be pasted as it is, and does to the message what it says, and to another nothing', async () => {
    const lines = (await readFile(formats, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t').slice(2).join('\t'));
    let tried = 0;
    for (const line of lines) {
      const [message] = learned([line]);
      if (message === undefined || message.level === 'info') continue;
      const given: unknown = parse(ruleFor(message, 'info'));
      const { rules } = configSchema.parse({ classify: { rules: given } }).classify;
      const verdict = createClassifier(rules).judge(line, newEntry(), 'trader');
      expect([verdict.rule, line]).toEqual(['your rule classify.rules[0] (info)', line]);
      expect(createClassifier(rules).judge('ERROR something else', newEntry(), 'trader').level).toBe('error');
      tried++;
    }
    expect(tried).toBeGreaterThan(500);
  });

  it('looks for the message of a JSON line, and is limited to its container', () => {
    const message = firstOf(['{"level":"error","ts":12,"msg":"gone: 12"}']);
    expect(ruleFor(message, 'ignore')).toBe(
      `- { level: ignore, text: '{"level":"error","ts":12,"msg":"gone: 12"}', containers: ['trader'] }`,
    );
    const quoted = firstOf(['{"level":"error","ts":12,"msg":"feed 12 is gone, it\'s late"}']);
    expect(ruleFor(quoted, 'ignore')).toBe(
      "- { level: ignore, pattern: 'feed.*is gone, it''s late', containers: ['trader'] }",
    );
    const plain = firstOf(['{"level":"error","ts":12,"msg":"feed 12 is gone for good"}']);
    expect(ruleFor(plain, 'ignore')).toBe(
      "- { level: ignore, pattern: 'feed.*is gone for good', containers: ['trader'] }",
    );
  });
});

describe('classify --learn', () => {
  it('reads a saved log in any known format', async () => {
    const file = join(folder, 'trader.log');
    const at = (n: number) => `2025-12-17T16:06:${String(10 + n).padStart(2, '0')}.000000000Z`;
    await writeFile(file, `${at(0)} INFO up\n${at(1)} order 1 failed\n${at(2)} order 2 failed\n`);
    const { stdout } = await run(process.execPath, [MAIN, 'classify', '--learn', file]);
    expect(stdout).toContain('3 lines, 3 entries, 2 of them counted as 1 different messages');
    expect(stdout).toContain('2 × error  (words: "failed")');
    expect(stdout).toContain("- { level: info, pattern: 'order.*failed', containers: ['trader'] }");
  });

  it('reads the log of a container from the engine, not older than --since', async () => {
    const asked: string[] = [];
    const id = 'ab'.repeat(32);
    const frame = (text: string): Buffer => {
      const payload = Buffer.from(`${new Date().toISOString().slice(0, -1)}000000Z ${text}\n`);
      const head = Buffer.alloc(8);
      head[0] = 2;
      head.writeUInt32BE(payload.length, 4);
      return Buffer.concat([head, payload]);
    };
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.includes('/json') === true) {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            Id: id,
            Name: '/trader',
            Created: '2025-12-17T16:06:14Z',
            State: { Status: 'running', ExitCode: 0, StartedAt: '', FinishedAt: '' },
            Config: { Image: 'postgres:16' },
            HostConfig: { LogConfig: { Type: 'json-file' } },
          }),
        );
      } else
        response.end(
          Buffer.concat([
            frame('2025-12-17 FATAL:  the database system is starting up'),
            frame('order 7 failed'),
          ]),
        );
    });
    const socket = join(folder, 'engine.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      const { stdout } = await run(
        process.execPath,
        [MAIN, 'classify', '--learn', '--container', 'trader', '--since', '1h'],
        { env: { ...process.env, DOCKER_HOST: `unix://${socket}` } },
      );
      expect(stdout).toContain('1 × error  (words: "failed")');
      expect(stdout).toContain('info  (default for the image postgres');
      expect(asked.find((url) => url.includes('/logs'))).toMatch(/since=\d{10}/);
    } finally {
      server.close();
    }
  });

  it('says what is missing, or no duration', async () => {
    const refused = async (...args: string[]) =>
      run(process.execPath, [MAIN, 'classify', ...args]).then(
        () => undefined,
        (error: unknown) => error as { code: number; stderr: string },
      );
    const unnamed = await refused('--learn');
    expect([unnamed?.code, unnamed?.stderr]).toEqual([2, expect.stringContaining('--container NAME')]);
    const odd = await refused('--learn', '--container', 'x', '--since', 'yesterday');
    expect([odd?.code, odd?.stderr]).toEqual([2, expect.stringContaining('expected a duration')]);
  });
});
