import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load-config.ts';
import type { Observation } from '../src/model.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import type { ReplayResult } from '../src/replay/replay-result.ts';
import { mergeByTime } from '../src/streams/saved/merge.ts';
import { openSaved } from '../src/streams/saved/open-saved.ts';
import { sessionNotes } from '../src/streams/saved/session-notes.ts';
import { FORMATS, sessionLines, writeSession, type SessionLine } from './support/session-formats.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader');
const SESSION = join(EXAMPLE, 'session');

let folder: string;
let lines: readonly SessionLine[];
let events: string;
let reference: ReplayResult;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-formats-'));
  lines = await sessionLines(SESSION);
  events = await readFile(join(SESSION, 'events.jsonl'), 'utf8');
  reference = await replay(SESSION);
});
afterAll(() => rm(folder, { recursive: true }));

async function replay(path: string): Promise<ReplayResult> {
  const { config } = await loadConfig({ file: join(EXAMPLE, 'quantum-realtime.yaml') });
  return replaySession({ paths: [path], config });
}

/** The observations of one file with this content, and what was noted of it. */
async function read(name: string, content: string | Uint8Array) {
  const own = await mkdtemp(join(folder, 'one-'));
  const path = join(own, name);
  await writeFile(path, content);
  const notes = sessionNotes();
  const { streams } = await openSaved({ paths: [path], restarts: { count: [] }, notes });
  const observations: Observation[] = [];
  for await (const batch of mergeByTime(streams)) observations.push(...batch);
  await Promise.all(streams.map((stream) => stream.close()));
  const shown = observations.map((item) => {
    const at = new Date(item.at).toISOString();
    return item.type === 'line' ? `${at} ${item.origin.container} ${item.origin.stream}: ${item.text}` : at;
  });
  return { shown, notes };
}

test.each(Object.keys(FORMATS))('the same hour gives the same result when saved as %s', async (name) => {
  const files = FORMATS[name]?.(lines) ?? {};
  const session = await writeSession(join(folder, name), files, events);
  expect(await replay(session)).toEqual(reference);
});

test('the same hour with a few lines out of order within each file gives the same result', async () => {
  const files = FORMATS['docker logs -t']?.(lines) ?? {};
  const jumbled = Object.fromEntries(
    Object.entries(files).map(([name, content]) => {
      const own = String(content).split('\n').slice(0, -1);
      for (let i = 20; i + 30 < own.length; i += 50) own.splice(i + 25, 0, ...own.splice(i, 1));
      return [name, `${own.join('\n')}\n`];
    }),
  );
  expect(await replay(await writeSession(join(folder, 'jumbled'), jumbled, events))).toEqual(reference);
});

test('json-file: pieces of a long line are one line; streams, labels and a half entry after a crash', async () => {
  const at = (second: number) => `2025-12-17T16:06:1${second}.5Z`;
  const entry = (log: string, stream: string, second: number, attrs?: object) =>
    JSON.stringify({ log, stream, ...(attrs === undefined ? {} : { attrs }), time: at(second) });
  const { shown, notes } = await read(
    'api-json.log',
    [
      entry('a'.repeat(16_384), 'stdout', 0),
      entry('warn\n', 'stderr', 1),
      entry('b'.repeat(16_384), 'stdout', 0),
      entry('end\n', 'stdout', 0),
      entry('no newline at exit', 'stdout', 2, { tag: 'x' }),
      entry('next run\r\n', 'stdout', 3),
      '{"log":"half of an en',
    ].join('\n'),
  );
  expect(shown).toEqual([
    `2025-12-17T16:06:10.500Z api stdout: ${'a'.repeat(16_384)}${'b'.repeat(16_384)}end`,
    '2025-12-17T16:06:11.500Z api stderr: warn',
    '2025-12-17T16:06:12.500Z api stdout: no newline at exit',
    '2025-12-17T16:06:13.500Z api stdout: next run',
  ]);
  expect(notes.skipped[0]?.reason).toBe(
    '1 of its lines are no entries of a json-file log; the others were read',
  );
});

test('json-file: labels that the driver was told to store are those of the container', async () => {
  const path = join(await mkdtemp(join(folder, 'labels-')), 'api.log');
  const attrs = { team: 'payments', source: 'web' };
  await writeFile(
    path,
    `${JSON.stringify({ log: 'ready\n', stream: 'stdout', attrs, time: '2025-12-17T16:06:14Z' })}\n`,
  );
  const { streams } = await openSaved({ paths: [path], restarts: { count: [] }, notes: sessionNotes() });
  const items: Observation[] = [];
  for await (const batch of mergeByTime(streams)) items.push(...batch);
  expect(items).toMatchObject([
    { type: 'line', origin: { source: 'docker', container: 'api', labels: attrs } },
  ]);
});

test('Kubernetes: pieces are joined stream by stream, and what is no entry is noted', async () => {
  const at = (second: number) => `2025-12-17T16:06:1${second}.123456789Z`;
  const { shown, notes } = await read(
    'api.log',
    [
      `${at(0)} stdout F E1217 16:06:10.123456       1 main.go:12] one`,
      `${at(1)} stdout P half `,
      `${at(1)} stderr F Traceback (most recent call last):`,
      `${at(1)} stdout P of `,
      `${at(1)} stderr F   File "a.py", line 1`,
      `${at(2)} stdout F two`,
      `${at(2)} stderr F:tag `,
      'torn by a crash',
      `${at(3)} stdout P never ended`,
    ].join('\n'),
  );
  expect(shown).toEqual([
    '2025-12-17T16:06:10.123Z api stdout: E1217 16:06:10.123456       1 main.go:12] one',
    '2025-12-17T16:06:11.123Z api stderr: Traceback (most recent call last):',
    '2025-12-17T16:06:11.123Z api stderr:   File "a.py", line 1',
    '2025-12-17T16:06:11.123Z api stdout: half of two',
    '2025-12-17T16:06:12.123Z api stderr: ',
    '2025-12-17T16:06:13.123Z api stdout: never ended',
  ]);
  expect(notes.skipped[0]?.reason).toBe(
    '1 of its lines are no entries of a Kubernetes log; the others were read',
  );
});

test('Kubernetes: a file is named by its pod and its container', async () => {
  const own = await mkdtemp(join(folder, 'pods-'));
  const line = (text: string) => `2025-12-17T16:06:14.5Z stdout F ${text}\n`;
  const files = {
    'pods/shop_api-5d8f_0b1c-2d/web/0.log': line('a'),
    'pods/shop_api-5d8f_0b1c-2d/proxy/3.log': line('b'),
    [`containers/api-7c_shop_web-${'ab'.repeat(32)}.log`]: line('c'),
    'elsewhere/0.log': line('d'),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(own, path)), { recursive: true });
    await writeFile(join(own, path), content);
  }
  const { streams } = await openSaved({ paths: [own], restarts: { count: [] }, notes: sessionNotes() });
  const names: string[] = [];
  for await (const batch of mergeByTime(streams))
    for (const item of batch) if (item.type === 'line') names.push(`${item.origin.container} ${item.text}`);
  expect(names.sort()).toEqual(['0 d', 'api-5d8f/proxy b', 'api-5d8f/web a', 'api-7c/web c']);
});

test("a json-file log in Docker's own folder takes the container's name from beside it", async () => {
  const own = await mkdtemp(join(folder, 'docker-'));
  const id = 'ab'.repeat(32);
  await writeFile(join(own, 'config.v2.json'), JSON.stringify({ Name: '/quantum_api' }));
  await writeFile(
    join(own, `${id}-json.log.1`),
    '{"log":"old\\n","stream":"stdout","time":"2025-12-17T16:06:14Z"}\n',
  );
  await writeFile(
    join(own, `${id}-json.log`),
    '{"log":"new\\n","stream":"stdout","time":"2025-12-17T16:06:15Z"}\n',
  );
  const { config } = await loadConfig({});
  const result = await replaySession({ paths: [own], config });
  expect(result).toMatchObject({ lines: 2, containers: 1, skipped: [{ path: join(own, 'config.v2.json') }] });
});

test('docker logs -t: a line longer than 16 KiB is one line without the timestamps in it', async () => {
  const ts = '2025-12-17T16:06:14.123456789Z ';
  const { shown } = await read(
    'api.log',
    `${ts}${'é'.repeat(8_192)}${ts}${'b'.repeat(16_384)}${ts}end\n${ts}next\n`,
  );
  expect(shown).toEqual([
    `2025-12-17T16:06:14.123Z api stdout: ${'é'.repeat(8_192)}${'b'.repeat(16_384)}end`,
    '2025-12-17T16:06:14.123Z api stdout: next',
  ]);
});

test('the journal: streams by priority, programs beside containers, bytes, pieces and several lines in one', async () => {
  const entry = (seconds: number, fields: object) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: `${1_765_987_574 + seconds}000042`, ...fields });
  const container = { CONTAINER_NAME: 'api', _TRANSPORT: 'journal' };
  const { shown } = await read(
    'host.json',
    [
      entry(0, { ...container, PRIORITY: '3', MESSAGE: 'to stderr' }),
      entry(1, { ...container, PRIORITY: '6', MESSAGE: [27, 91, 51, 49, 109, 69, 255] }),
      entry(2, { ...container, PRIORITY: '6', CONTAINER_PARTIAL_MESSAGE: 'true', MESSAGE: 'one ' }),
      entry(3, { ...container, PRIORITY: '6', MESSAGE: 'line' }),
      entry(4, { _TRANSPORT: 'kernel', PRIORITY: '2', MESSAGE: 'Out of memory: Killed process 12' }),
      entry(5, { _TRANSPORT: 'stdout', PRIORITY: '6', SYSLOG_IDENTIFIER: 'caddy', MESSAGE: 'one\ntwo' }),
      entry(6, { ...container, PRIORITY: '6', MESSAGE: null }),
    ].join('\n'),
  );
  expect(shown).toEqual([
    '2025-12-17T16:06:14.000Z api stderr: to stderr',
    '2025-12-17T16:06:15.000Z api stdout: \x1b[31mE\ufffd',
    '2025-12-17T16:06:17.000Z api stdout: one line',
    '2025-12-17T16:06:18.000Z kernel stderr: <2>Out of memory: Killed process 12',
    '2025-12-17T16:06:19.000Z caddy stdout: one',
    '2025-12-17T16:06:19.000Z caddy stdout: two',
  ]);
});

const NO_ZONE = 'times without a zone are taken as UTC';
const PLAIN: readonly (readonly [form: string, line: string, at: string, assumed?: string])[] = [
  ['ISO with a zone', '2025-12-17T16:06:14.5+01:00 ready', '2025-12-17T15:06:14.500Z'],
  ['Python', '2025-12-17 16:06:14,964 - quantum - INFO - ready', '2025-12-17T16:06:14.964Z', NO_ZONE],
  ['PostgreSQL', '2025-12-17 16:06:14.252 UTC [41203] LOG:  ready', '2025-12-17T16:06:14.252Z'],
  ['brackets', '[2025-12-17 16:06:14 +0530] [INFO] ready', '2025-12-17T10:36:14.000Z'],
  ['Go', '2025/12/17 16:06:14 ready', '2025-12-17T16:06:14.000Z', NO_ZONE],
  ['nginx error', '2025/12/17 16:06:14 [error] 31#31: ready', '2025-12-17T16:06:14.000Z', NO_ZONE],
  [
    'access log',
    '172.20.0.1 - - [17/Dec/2025:16:06:14 -0100] "GET / HTTP/1.1" 200',
    '2025-12-17T17:06:14.000Z',
  ],
  [
    'Apache error',
    '[Wed Dec 17 16:06:14.123456 2025] [core:error] ready',
    '2025-12-17T16:06:14.123Z',
    NO_ZONE,
  ],
  ['Redis', '1:M 17 Dec 2025 16:06:14.772 * ready', '2025-12-17T16:06:14.772Z', NO_ZONE],
  ['Gin', '[GIN] 2025/12/17 - 16:06:14 | 200 | 1ms | GET "/"', '2025-12-17T16:06:14.000Z', NO_ZONE],
  ['glog', 'I20251217 16:06:14.123456 12 a.cc:1] ready', '2025-12-17T16:06:14.123Z', NO_ZONE],
  ['date(1)', 'Wed Dec 17 16:06:14 UTC 2025 ready', '2025-12-17T16:06:14.000Z'],
  ['Tomcat', '17-Dec-2025 16:06:14.123 INFO [main] ready', '2025-12-17T16:06:14.123Z', NO_ZONE],
  ['java.util.logging', 'Dec 17, 2025 12:06:14 AM org.x.Main run', '2025-12-17T00:06:14.000Z', NO_ZONE],
  [
    'Nest, coloured',
    '\x1b[32m[Nest] 1  - \x1b[39m12/17/2025, 4:06:14 PM \x1b[32m    LOG\x1b[39m ready',
    '2025-12-17T16:06:14.000Z',
    NO_ZONE,
  ],
  [
    'Rust tracing, coloured',
    '\x1b[2m2025-12-17T16:06:14.123456Z\x1b[0m \x1b[32m INFO\x1b[0m ready',
    '2025-12-17T16:06:14.123Z',
  ],
  ['Squid', '1765987574.123    200 10.0.0.1 TCP_MISS/200', '2025-12-17T16:06:14.123Z'],
  ['RFC 5424', '<34>1 2025-12-17T16:06:14.003Z host app - - - ready', '2025-12-17T16:06:14.003Z'],
  ['logfmt', 'level=info ts=2025-12-17T16:06:14.839Z msg=ready', '2025-12-17T16:06:14.839Z'],
  ['JSON', '{"level":30,"time":1765987574375,"msg":"ready"}', '2025-12-17T16:06:14.375Z'],
  ['JSON in seconds', '{"level":"info","ts":1765987574.25,"msg":"ready"}', '2025-12-17T16:06:14.250Z'],
  ['JSON in words', '{"msg":"ready","@timestamp":"2025-12-17T16:06:14.1Z"}', '2025-12-17T16:06:14.100Z'],
];

test.each(PLAIN)(
  'a plain log, %s: its own time counts, and other lines belong to it',
  async (_, line, at, assumed) => {
    const { shown, notes } = await read('app.log', `    a line above\n${line}\n    at frame (x.js:1)\n`);
    expect(shown).toEqual([
      `${at} app stdout:     a line above`,
      `${at} app stdout: ${line}`,
      `${at} app stdout:     at frame (x.js:1)`,
    ]);
    expect(notes.assumptions.map((note) => note.replace(/^.*: /, ''))).toEqual(
      assumed === undefined ? [] : [assumed],
    );
  },
);

test.each([
  ['syslog', 'Dec 17 16:06:14 host app[12]: ready'],
  ['klog', 'E1217 16:06:14.000000       1 server.go:12] ready'],
])(
  'a plain log, %s: the year that is not written is taken from the last change of the file',
  async (_, line) => {
    const { shown, notes } = await read('app.log', `${line}\n`);
    const year = new Date(Date.now() - 86_400_000).getUTCFullYear();
    const expected = Date.UTC(year, 11, 17, 16, 6, 14) > Date.now() + 86_400_000 ? year - 1 : year;
    expect(shown).toEqual([`${expected}-12-17T16:06:14.000Z app stdout: ${line}`]);
    expect(notes.assumptions[0]).toContain(`the year is not written; ${expected} is taken`);
  },
);

test('docker compose logs without -t is read as one log, and says so', async () => {
  const { shown, notes } = await read(
    'all.log',
    'api-1  | 2025-12-17 16:06:14.5 UTC ready\ndb-1   | 2025-12-17 16:06:15.5 UTC ready\n',
  );
  expect(shown.map((line) => line.slice(0, 28))).toEqual([
    '2025-12-17T16:06:14.500Z all',
    '2025-12-17T16:06:15.500Z all',
  ]);
  expect(notes.assumptions[0]).toContain('all its containers are taken for one');
});

test.each([
  ['json-pretty', '{\n\t"__CURSOR" : "s=1",\n\t"__REALTIME_TIMESTAMP" : "1765987574000042"\n}\n'],
  ['export', '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1765987574000042\nMESSAGE=ready\n\n'],
])('a journal in another form, %s, is named with what was expected', async (_, content) => {
  await expect(read('host.log', content)).rejects.toThrow(/expected that of 'journalctl -o json'$/);
});

test('a log without any time is taken in its order at the stated rate, and says so', async () => {
  const { shown, notes } = await read('app.log', 'one\ntwo\nthree\n');
  expect(shown).toEqual([
    '2000-01-01T00:00:00.000Z app stdout: one',
    '2000-01-01T00:00:00.100Z app stdout: two',
    '2000-01-01T00:00:00.200Z app stdout: three',
  ]);
  expect(notes.assumptions[0]).toMatch(
    /app\.log: there are no times in it; its lines are taken in their order, 10 a second from 2000-01-01T00:00:00\.000Z on$/,
  );
});
