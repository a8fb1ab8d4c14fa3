import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classify-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command's output, error output and exit code, with a file of these lines. */
async function classify(text: string, ...flags: readonly string[]) {
  const file = join(folder, 'input.log');
  await writeFile(file, text);
  return execute(['classify', ...flags, file]);
}

async function execute(args: readonly string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args]);
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, code };
  }
}

describe('quantum-realtime classify', () => {
  it('prints one JSON object a line, in order, also for continuation lines', async () => {
    const { stdout } = await classify(
      'INFO a\nTraceback (most recent call last):\n  File "a"\nKeyError: 1\n',
    );
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { n: 1, level: 'info', event: true, rule: 'level token' },
      { n: 2, level: 'error', event: true, rule: 'crash shape' },
      { n: 3, level: 'error', event: false, rule: 'continuation' },
      { n: 4, level: 'error', event: false, rule: 'continuation' },
    ]);
  });

  it('judges a last line without its line ending, and reads standard input', async () => {
    const child = spawn(process.execPath, [MAIN, 'classify']);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.end('ERROR a\nWARN b');
    await new Promise((resolve) => child.once('close', resolve));
    expect(output.match(/"level":"\w+"/g)).toEqual(['"level":"error"', '"level":"warning"']);
  });

  it('explains to people which rule and which piece of text decided', async () => {
    const { stdout } = await classify(
      '2025-12-17 16:00:00,123 ERROR app: x\nXGBoost predict failed: y\n',
      '--explain',
    );
    expect(stdout).toContain('level token: "ERROR"');
    expect(stdout).toContain('words: "failed"');
  });

  it('judges records alone or as streams of their own with --ndjson', async () => {
    const records = [
      { id: 'a', line: 'ERROR x' },
      { id: 'b', lines: ['WARN x', 'ERROR y', '  at z', 'FATAL w'] },
      { id: 'c', line: '  at z' },
    ];
    const { stdout } = await classify(records.map((record) => JSON.stringify(record)).join('\n'), '--ndjson');
    expect(stdout).toBe(
      '{"id":"a","label":"error"}\n' +
        '{"id":"b","counts":{"critical":1,"error":1,"warning":1}}\n' +
        '{"id":"c","label":"info"}\n',
    );
  });

  it('names the file and the line of a record it cannot use, and exits 2', async () => {
    const { code, stderr } = await classify('{"id":1,"line":"x"}\n{"id":2}\n', '--ndjson');
    expect(code).toBe(2);
    expect(stderr).toContain('input.log:2: expected "line"');
    expect((await classify('{"id"\n', '--ndjson')).stderr).toContain('input.log:1: not JSON');
  });

  it('names a file that is not there, and exits 2', async () => {
    const { code, stderr } = await execute(['classify', join(folder, 'nowhere.log')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('nowhere.log: no such file')]);
  });

  it("applies the configuration's rules, and names a bad one", async () => {
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'classify:\n  rules:\n    - { level: ignore, text: glitch }\n');
    const { stdout } = await classify('ERROR glitch\nERROR real\n', '--config', config);
    expect(stdout.match(/"event":\w+/g)).toEqual(['"event":false', '"event":true']);
    await writeFile(config, 'classify:\n  rules:\n    - { level: ignore, pattern: "(" }\n');
    const refused = await classify('x\n', '--config', config);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('classify.rules[0].pattern')]);
  });
});
