import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import type { ReplayResult } from '../src/replay/replay-result.ts';
import { TextFile } from '../src/streams/saved/text-file.ts';
import { cli } from './support/cli.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'replay-hostile-'));
});
afterAll(() => rm(root, { recursive: true }));

const MINUTE = 60_000;
const START = Date.UTC(2025, 11, 17, 16, 0);

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000001Z`;
}

/** `count` lines of `docker logs -t`, a second apart. */
function log(count: number, text = 'all is well'): string {
  return Array.from({ length: count }, (_, n) => `${stamp(START + n * 1_000)} ${text} ${n}\n`).join('');
}

async function session(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(root, 's-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function replay(...paths: string[]): Promise<ReplayResult> {
  return replaySession({ paths, config: defaults });
}

test('a truncated gzip or zstd is read as far as it goes, and named', async () => {
  const text = randomLog(3_000);
  const gzip = gzipSync(text);
  const zstd = zstdCompressSync(text);
  const folder = await session({
    'a.log.gz': gzip.subarray(0, gzip.length / 2),
    'b.log.zst': zstd.subarray(0, zstd.length / 2),
    'c.log': log(10),
  });
  const result = await replay(folder);
  expect(result.skipped.map(({ path }) => path.slice(folder.length + 1))).toEqual(['a.log.gz', 'b.log.zst']);
  for (const { reason } of result.skipped)
    expect(reason).toMatch(/^all after line \d+: the compressed data end before their time$/);
  expect(result.lines).toBeGreaterThan(500);
  expect(result.lines).toBeLessThan(6_000);
});

test('what follows a damaged place in a compressed file is left out; what came before counts', async () => {
  const gzip = gzipSync(randomLog(20_000));
  gzip.fill(0x55, gzip.length - 5_000, gzip.length - 3_000);
  const result = await replay(await session({ 'a.log.gz': gzip }));
  expect(result.skipped[0]?.reason).toMatch(/^all after line \d+: the compressed data are damaged: ./);
  expect(result.lines).toBeGreaterThan(1_000);
});

test('garbage, other archives, UTF-16, scripts and what is not there are named with the reason, the rest goes on', async () => {
  const folder = await session({
    'a-random.log': randomBytes(300_000),
    'b-archive.log': Buffer.concat([Buffer.from('BZh9'), randomBytes(1_000)]),
    'c-utf16.log': Buffer.from(`\ufeff${log(3)}`, 'utf16le'),
    'd-script.log': '#!/bin/sh\necho hello\n',
    'e-broken.log.gz': Buffer.concat([Buffer.from([0x1f, 0x8b]), randomBytes(1_000)]),
    'f-settings.yaml': 'name: x\nlimits:\n  errors: 5\n',
    'g-empty.log': '',
    'h-good.log': log(5),
  });
  const result = await replay(folder, join(folder, 'nowhere.log'));
  const reasons: Record<string, unknown> = Object.fromEntries(
    result.skipped.map(({ path, reason }) => [path.slice(folder.length + 1), reason]),
  );
  expect(result.lines).toBe(5);
  expect(reasons).toEqual({
    'nowhere.log': 'cannot be read: there is no such file',
    'a-random.log': 'in no known format: binary data',
    'b-archive.log': 'compressed with bzip2, which is not supported; gzip and zstd are',
    'c-utf16.log': 'in no known format: text in UTF-16; convert it to UTF-8',
    'd-script.log': matching(/^in no known format; expected .* found "#!\/bin\/sh"$/),
    'e-broken.log.gz': matching(/^the compressed data are damaged: ./),
    'f-settings.yaml': matching(/^in no known format; .* If it is a log without times, name it by itself$/),
  });
});

test('a text with dates in it is not taken for a log; a log is, whatever its name', async () => {
  const readme = [
    '# The session of 2025-12-17',
    '',
    'Saved with `docker logs -t` after the outage. What is seen in it:',
    '',
    '2025-12-17 16:06:14 the database is lost, and nobody knows why',
    '- 2025-12-17T16:18:10Z: the heal is started by hand',
    '  2025-12-17 16:18:40 and it helps',
    '',
    'Every file holds what one container has written.',
    'Times are UTC. See the runbook for what to do.',
    '',
    '```',
    '2025-12-17 16:06:14 FATAL: database "quantum" does not exist',
    '```',
  ];
  const trace = Array.from({ length: 30 }, (_, n) => `\tat org.example.Orders.place(Orders.java:${n})`);
  const app = [0, 1, 2].flatMap((n) => [`2025-12-17 16:06:1${n} ERROR order lost`, ...trace]);
  const folder = await session({
    'README.md': readme.join('\n'),
    VERSION: '2025-12-17 16:06:14 built\n',
    'a.log': log(5),
    messages: app.join('\n'),
  });
  const result = await replay(folder);
  expect(result.lines).toBe(5 + app.length);
  expect(result.skipped.map(({ path, reason }) => `${path.slice(folder.length + 1)}: ${reason}`)).toEqual([
    'README.md: in no known format; found "# The session of 2025-12-17". If it is a log without times, name it by itself',
    'VERSION: in no known format; found "2025-12-17 16:06:14 built". If it is a log without times, name it by itself',
  ]);
  expect(await replay(join(folder, 'README.md'))).toMatchObject({ lines: readme.length, skipped: [] });
});

test('with nothing left to replay every file is named, and the exit code is 2', async () => {
  const folder = await session({ 'a.log': randomBytes(9_000), 'b.log': '#!/bin/sh\n' });
  const { exitCode, stderr, stdout } = await cli(['replay', folder, join(folder, 'c.log')]);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  for (const name of ['a.log', 'b.log', 'c.log'])
    expect(stderr.split('\n').filter((line) => line.includes(join(folder, name)))).toHaveLength(1);
});

test('a folder within a folder is read too; a file is read once, whatever its names; links in a ring end', async () => {
  const folder = await session({ 'a.log': log(3), '.hidden.log': log(9) });
  const inner = join(folder, 'host', 'b');
  await mkdir(inner, { recursive: true });
  await writeFile(join(inner, 'b.log'), log(4));
  await symlink('a.log', join(folder, 'current.log'));
  await symlink('ring.log', join(folder, 'ring.log'));
  await symlink(folder, join(inner, 'up'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const forth = await replay(folder, `${folder}/host/../a.log`, inner);
  expect(forth).toMatchObject({ lines: 7, containers: 2 });
  expect(forth.skipped.map(({ path, reason }) => `${path}: ${reason}`.replaceAll(`${folder}/`, ''))).toEqual([
    'current.log: the same file as a.log',
    `host/b/up: the same folder as ${folder}`,
    'pipe: neither a file nor a folder; name it by itself to have it read',
    'ring.log: cannot be read: a link that leads to itself',
  ]);
  expect(await replay(inner, `${folder}/host/../a.log`, folder)).toEqual(forth);
});

test('a pipe that is named is read', async () => {
  const folder = await session({ 'a.log': log(8) });
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const result = replay(pipe);
  await writeFile(pipe, log(8));
  expect(await result).toMatchObject({ lines: 8, skipped: [] });
});

test('files left out are named on standard error while the result stays data', async () => {
  const folder = await session({ 'a.log': log(3), 'b.log': randomBytes(9_000) });
  const { exitCode, stderr, stdout } = await cli(['replay', '--json', folder]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`${join(folder, 'b.log')}: left out: in no known format: binary data\n`);
  expect(JSON.parse(stdout)).toMatchObject({ lines: 3, skipped: [{ path: join(folder, 'b.log') }] });
});

test('100 MB without a newline are one line, in little memory, and the lines around it count', async () => {
  const folder = await session({});
  const file = await open(join(folder, 'a.log'), 'w');
  await file.write(log(2));
  await file.write(`${stamp(START + 5_000)} `);
  for (let i = 0; i < 100; i++) await file.write(Buffer.alloc(1_000_000, 'x'));
  await file.write(`\n${stamp(START + 6_000)} after\n`);
  await file.close();
  const before = process.memoryUsage().rss;
  const result = await replay(folder);
  expect(result.lines).toBe(4);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

test('times of 1970 and 2999 are told, and the lines take the time of the one above', async () => {
  const folder = await session({
    'a.log': `1970-01-01T00:00:00.000000000Z before\n${log(3)}2999-12-31T23:59:59.999999999Z after\n${stamp(START + MINUTE)} end\n`,
  });
  const result = await replay(folder);
  expect(result).toMatchObject({ lines: 6, span: 60 });
  expect(result.assumptions.at(-1)).toMatch(
    /a\.log: 2 lines bear an impossible time \(1970-01-01T00:00:00\.000000000Z\); the time of the line above is taken$/,
  );
});

test('events that are cut off are told; events of other things are none', async () => {
  const event = (Type: string) =>
    JSON.stringify({ Type, Action: 'create', Actor: { ID: 'a', Attributes: {} }, timeNano: START * 1e6 });
  const folder = await session({
    'a.log': log(3),
    'events.jsonl': `${event('network')}\n\n${event('container').slice(0, 40)}\n${event('container')}\n`,
  });
  const { lines, skipped } = await replay(folder);
  expect(lines).toBe(3);
  expect(skipped.map(({ reason }) => reason)).toEqual(['1 of its lines are no events; the others were read']);
});

test('a log whose clock was never set is taken in its order', async () => {
  const lines = Array.from({ length: 5 }, (_, n) => `1970-01-01T00:00:0${n}.000000000Z line ${n}\n`).join('');
  const result = await replay(await session({ 'a.log': lines }));
  expect(result).toMatchObject({ lines: 5, span: 0 });
  expect(result.assumptions.at(-1)).toContain('5 lines bear an impossible time');
});

test('a file that grows while it is read comes to an end, with whole lines', async () => {
  const folder = await session({ 'a.log': `${log(2_000)}${stamp(START + 3_000_000)} ERROR cut in the mid` });
  const path = join(folder, 'a.log');
  const state = { growing: true };
  const writer = (async () => {
    for (let n = 0; state.growing; n++) await appendFile(path, n === 0 ? 'dle\n' : log(20, 'later'));
  })();
  const result = await replay(folder);
  state.growing = false;
  await writer;
  expect(result.lines).toBeGreaterThanOrEqual(2_001);
  expect(result.counts.error).toBe(1);
});

test('a file that grows faster than it is read ends where it ended when it was opened, after that line', async () => {
  const folder = await session({ 'a.log': `${log(1_000)}${stamp(START)} the last line, cut in the mid` });
  const path = join(folder, 'a.log');
  const file = await TextFile.open(path);
  const lines: string[] = [];
  await appendFile(path, 'dle\n');
  for (let turn = 0; turn < 50; turn++) {
    await appendFile(path, log(1_000, 'later'));
    const more = await file.read();
    if (more === undefined) break;
    lines.push(...more);
  }
  await file.close();
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toMatch(/the last line, cut in the middle$/);
});

test('standard input is read like a file, compressed or not', async () => {
  const { stdout } = await cli(['replay', '--json', '-'], { input: log(7) });
  expect(JSON.parse(stdout)).toMatchObject({ lines: 7, containers: 1, skipped: [] });
});

test('40 files are merged while no more than a piece of each is held', { timeout: 60_000 }, async () => {
  const folder = join(root, 'many');
  await mkdir(folder);
  const text = log(20_000, 'INFO order accepted by the exchange after a while of waiting for it, number');
  for (let i = 0; i < 40; i++) await writeFile(join(folder, `c${i}.log`), text);
  const { exitCode, stdout, stderr } = await cli(['replay', '--json', folder], {
    env: { NODE_OPTIONS: `--import ${new URL('support/report-rss.ts', import.meta.url).href}` },
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ lines: 800_000, containers: 40 });
  expect(Number(/peak RSS (\d+) MB/.exec(stderr)?.[1])).toBeLessThan(200);
});

/** Lines that do not compress well. */
function randomLog(count: number): string {
  return Array.from(
    { length: count },
    (_, n) => `${stamp(START + n * 100)} INFO ${randomBytes(40).toString('base64')}\n`,
  ).join('');
}

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
