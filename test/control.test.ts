import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { asyncScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, NotRunningError } from '../src/control/control-client.ts';
import { controlServer } from '../src/control/control-server.ts';
import { controlSocket, socketCandidates } from '../src/control/socket-path.ts';
import { statusText } from '../src/control/status-text.ts';
import { metrics } from '../src/control/metrics.ts';
import type { Status } from '../src/control/status.ts';
import { applicable, withLimits } from '../src/daemon/reload.ts';
import { selfId } from '../src/streams/docker/self-id.ts';
import { initial } from '../src/incidents/state.ts';
import { heartbeat, isReading } from '../src/daemon/heartbeat.ts';
import { reassignDeliveries } from '../src/daemon/reassign-deliveries.ts';
import { lineRates } from '../src/daemon/line-rates.ts';
import { summary } from '../src/daemon/summary.ts';
import { configSchema, defaults } from '../src/config/config.ts';
import { rotatingFile } from '../src/daemon/rotating-file.ts';
import { toEveryChannel } from '../src/sinks/alert/routing/routing.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import { policyOf } from '../src/incidents/policy.ts';
import type { SourceStatus } from '../src/streams/source.ts';
import { effect as anEffect } from './support/effects.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'qt-control-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the control socket', () => {
  const routes = { 'GET /status': () => ({ body: { fine: true } }) };

  test('a socket left over from a crash is replaced', async () => {
    const path = join(dir, 'control.sock');
    // A listener that ends without closing leaves its file, as a killed daemon does.
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(existsSync(path)).toBe(true);
    await expect(ask([path], 'GET', '/status')).rejects.toThrow(NotRunningError);
    const server = await controlServer(path, routes);
    expect((await ask([path], 'GET', '/status')).status).toBe(200);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('a socket somebody answers on is left alone', async () => {
    const path = join(dir, 'control.sock');
    const other = createServer().listen(path);
    await once(other, 'listening');
    await expect(controlServer(path, routes)).rejects.toThrow('another daemon answers');
    expect(statSync(path).isSocket()).toBe(true);
    other.close();
  });

  test('a file that is no socket is not removed', async () => {
    const path = join(dir, 'control.sock');
    writeFileSync(path, 'precious');
    await expect(controlServer(path, routes)).rejects.toThrow();
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('it is in the runtime directory, or else with the state; a trial keeps to its state', () => {
    expect(controlSocket('/s', false, { RUNTIME_DIRECTORY: '/run/a:/run/b' })).toBe('/run/a/control.sock');
    expect(controlSocket('/s', true, { RUNTIME_DIRECTORY: '/run/a' })).toBe('/s/control.sock');
    expect(controlSocket('/s', false, {})).toBe('/s/control.sock');
    expect(controlSocket(`/${'x'.repeat(93)}`, false, {})).toHaveLength(107);
    expect(() => controlSocket(`/${'x'.repeat(94)}`, false, {})).toThrow('has 108 bytes');
    expect(() => controlSocket(`/${'ü'.repeat(47)}`, false, {})).toThrow('has 108 bytes');
  });

  test('the daemon of a named state directory is looked for there first', () => {
    expect(socketCandidates({ named: '/s', usual: '/u' }, {})).toEqual(['/s/control.sock']);
    expect(socketCandidates({ named: undefined, usual: '/u' }, {})).toEqual([
      '/u/control.sock',
      '/run/quantum-realtime/control.sock',
    ]);
  });
});

describe('the log file', () => {
  const records = (n: number): string => `{"n":${n}}\n`.padStart(10);

  test('is rotated before it grows too large, and the oldest goes', () => {
    const path = join(dir, 'x', 'a.log');
    const file = rotatingFile(path, { maxSize: 25, keep: 2 }, expect.unreachable);
    for (let n = 1; n <= 9; n++) file.write(records(n));
    const kept = readdirSync(join(dir, 'x')).sort();
    expect(kept).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect(kept.toReversed().map((name) => readFileSync(join(dir, 'x', name), 'utf8'))).toEqual([
      records(5) + records(6),
      records(7) + records(8),
      records(9),
    ]);
  });

  test('goes on where an earlier process stopped, and is begun anew once somebody moved it away', () => {
    const path = join(dir, 'a.log');
    writeFileSync(path, 'x'.repeat(20));
    const file = rotatingFile(path, { maxSize: 25, keep: 1 }, expect.unreachable);
    file.write(records(1));
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('x'.repeat(20));
    renameSync(path, join(dir, 'moved'));
    file.write(records(2));
    expect(readFileSync(path, 'utf8')).toBe(records(2));
    expect(readFileSync(join(dir, 'moved'), 'utf8')).toBe(records(1));
  });

  test('that cannot be written is said once, never thrown, and tried again', () => {
    const problems: string[] = [];
    let now = 0;
    const path = join(dir, 'a.log');
    mkdirSync(path);
    const file = rotatingFile(
      path,
      { maxSize: 25, keep: 1 },
      (problem) => problems.push(problem),
      () => now,
    );
    for (; now < 20_000; now += 1_000) file.write(records(1));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('EISDIR');
    rmSync(path, { recursive: true });
    file.write(records(2));
    expect(readFileSync(path, 'utf8')).toBe(records(2));
  });
});

test('under systemd every record begins with the priority of its level', () => {
  const script = `
    import { fstatSync } from 'node:fs';
    import { openLog } from ${JSON.stringify(join(import.meta.dirname, '../src/daemon/open-log.ts'))};
    const { dev, ino } = fstatSync(2);
    const log = await openLog({ log: { level: 'debug', file: 'x', maxSize: 0, keep: 1 }, report: { dir: '.' } },
      { pretty: false, file: false }, { JOURNAL_STREAM: process.argv[1] === 'other' ? '1:1' : dev + ':' + ino });
    for (const level of ['debug', 'info', 'warn', 'error', 'fatal']) log[level](level);
  `;
  const lines = (arg: string): string[] =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, arg], { encoding: 'utf8' })
      .stderr.trim()
      .split('\n');
  expect(lines('journal').map((line) => line.slice(0, 4))).toEqual(['<7>{', '<6>{', '<4>{', '<3>{', '<2>{']);
  expect(lines('other').map((line) => line[0])).toEqual(['{', '{', '{', '{', '{']);
});

describe('the heartbeat', () => {
  const reading = {
    sources: [{ connection: { state: 'up', since: 0 } }],
    trouble: undefined,
    store: { writable: true, lastCommit: 40_000 },
  } as const;
  test.each([
    ['the engine, the pipeline and the store go on', {}, true],
    ['the engine is away', { sources: [{ connection: { state: 'down', since: 0 } }] }, false],
    ['the pipeline stands still', { trouble: 'nothing evaluated for 31 s' }, false],
    ['the disk is full', { store: { writable: false, lastCommit: 99_000 } }, false],
    ['nothing was stored for more than a minute', { store: { writable: true, lastCommit: 39_999 } }, false],
  ] as const)('where %s it is sent or not', (_, differs, sent) => {
    expect(isReading({ ...reading, ...differs }, 100_000)).toBe(sent);
  });

  test('is sent only while reading makes progress', async () => {
    await using receiver = await startWebhookReceiver();
    let asked = 0;
    const alive = (): boolean => (asked += 1) % 3 === 0;
    const beating = heartbeat({
      url: () => `${receiver.origin}/ping/secret`,
      alive,
      clock: asyncScheduler,
      log: { info: () => undefined, warn: () => undefined },
      every: 5,
    }).subscribe();
    await receiver.received(4);
    beating.unsubscribe();
    expect(receiver.requests.length).toBe(Math.floor(asked / 3));
    expect(receiver.requests[0]).toMatchObject({ method: 'GET', path: '/ping/secret' });
  });

  test.each([
    ['/ping/0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9', 'POST', '/fail', 'docker is away: refused; pw=***'],
    ['/api/push/Abc123?status=up&msg=OK', 'GET', 'status=down&msg=docker+is+away', ''],
  ])(
    'says why where the receiver takes it, from the second time on: %s',
    async (path, method, told, body) => {
      await using receiver = await startWebhookReceiver();
      let asked = 0;
      const beating = heartbeat({
        url: () => receiver.origin + path,
        alive: () => (asked += 1) === 1,
        trouble: () => 'docker is away: refused; pw=hunter2hunter2',
        clock: asyncScheduler,
        log: { info: () => undefined, warn: () => undefined },
        every: 5,
      }).subscribe();
      const [well, ill] = await receiver.received(2);
      beating.unsubscribe();
      expect(well).toMatchObject({ method: 'GET', path });
      expect(ill?.method).toBe(method);
      expect(ill?.path).toContain(told);
      expect(ill?.body.replace(/pw=.*/, 'pw=***')).toBe(body);
      expect(`${ill?.path ?? ''}${ill?.body ?? ''}`).not.toContain('hunter2');
      expect(asked - receiver.requests.length).toBeGreaterThanOrEqual(1);
    },
  );

  test('that fails is said once, without its address, and again when it goes through', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answer(500, 'drop', 500);
    const said: unknown[] = [];
    const recovered = Promise.withResolvers<undefined>();
    const beating = heartbeat({
      url: () => `${receiver.origin}/ping/secret`,
      alive: () => true,
      clock: asyncScheduler,
      log: {
        warn: (...record: unknown[]) => said.push(record),
        info: (...record: unknown[]) => {
          said.push(record);
          recovered.resolve(undefined);
        },
      } as never,
      every: 5,
    }).subscribe();
    await recovered.promise;
    beating.unsubscribe();
    expect(said).toEqual([
      [{ problem: 'HTTP 500' }, 'the heartbeat URL does not take the beat'],
      ['the heartbeat URL takes the beat again'],
    ]);
  });
});

test('only what is opened at the start waits for one', () => {
  const wanted = configSchema.parse({
    window: '30m',
    docker: { host: 'unix:///x' },
    log: { level: 'debug', keep: 9 },
    alerts: { webhook: 'https://example.org/secret' },
    rules: [{ name: 'mine', kinds: ['warning'], limit: 3 }],
  });
  const { config, changed, later } = applicable(defaults, wanted);
  expect(changed).toEqual(['rules', 'alerts.webhook', 'log.level']);
  expect(later).toEqual(['window', 'docker.host', 'log.keep']);
  expect(config).toMatchObject({ window: defaults.window, log: { level: 'debug', keep: 3 }, docker: {} });
  expect(JSON.stringify([changed, later])).not.toContain('secret');
});

test('limits that are counted already follow the settings, but for those of a label', () => {
  const config = configSchema.parse({
    limits: { errors: 7 },
    rules: [{ name: 'each', kinds: ['error'], limit: 9, scope: 'container' }],
  });
  const slots = [
    { rule: 'errors', limit: 50 },
    { rule: 'errors', container: 'labelled', limit: 3 },
    { rule: 'each', container: 'any', limit: 4 },
    { rule: 'taken out', limit: 5 },
  ];
  const { slots: now } = withLimits({ ...initial(config, 0), slots }, policyOf(config));
  expect(now.map(({ limit }) => limit)).toEqual([7, 3, 9, 5]);
});

test('in a container of its own the daemon knows which it is, on a host it is none', () => {
  const id = 'ab'.repeat(32);
  const inside = `1 2 8:1 /var/lib/docker/containers/${id}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda rw
3 2 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/sda rw\n`;
  expect(selfId(() => inside)).toBe(id);
  expect(
    selfId(() => `9 2 0:5 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw\n`),
  ).toBeUndefined();
  expect(
    selfId(() => {
      throw new Error('no such file');
    }),
  ).toBeUndefined();
});

test('rates are those of the last minute and survive a count that begins again', () => {
  const following = (lines: number): readonly SourceStatus[] =>
    [{ containers: [{ id: 'a', lines }] }] as unknown as readonly SourceStatus[];
  const rates = lineRates();
  for (let n = 0; n <= 12; n++) rates.sample(following(n * 100), n * 10_000);
  expect(rates.rate('a', 1_200, 120_000)).toBe(10);
  expect(rates.rate('not seen before', 50, 120_000)).toBe(0);
  rates.sample(following(0), 130_000);
  expect(rates.rate('a', 30, 140_000)).toBe(3);
});

test('what is owed to a channel that is gone is owed to those that are there', () => {
  const outbox = memoryOutbox();
  const effect = anEffect();
  outbox.add(effect, ['old', 'kept'], 1);
  reassignDeliveries(outbox, toEveryChannel(['kept', 'new']), 2);
  expect(outbox.unsent().map(({ channel }) => channel)).toEqual(['kept', 'new']);
  expect(outbox.of(effect.story.incident, 'old')).toMatchObject([{ state: 'dead' }]);
  reassignDeliveries(outbox, toEveryChannel(['kept', 'new']), 3);
  expect(outbox.unsent()).toHaveLength(2);
});

describe('a status with everything in it', () => {
  const hostile = 'x\u001b[2J\nIncident none"\\';
  const zero = { critical: 0, error: 0, warning: 0, restart: 0 };
  const status: Status = {
    version: '1.2.3',
    pid: 1,
    at: 1_000_000,
    startedAt: 0,
    rss: 2 ** 26,
    dryRun: false,
    starts: 4,
    config: { loadedAt: 0 },
    engine: { endpoint: 'unix:///x', state: 'up', since: 0 },
    sources: [{ id: 'docker', kind: 'docker', endpoint: 'unix:///x', state: 'up', since: 0 }],
    blind: hostile,
    lines: { judged: 10, entries: 5, perSecond: 0.5 },
    containers: ['a', hostile.repeat(9)].map((container, n) => ({
      id: `${n}`.repeat(64), source: 'docker', name: container, container, image: 'i', driver: 'json-file', state: 'catching up', lag: 12_345, lines: 123_456_789,
      perSecond: 12_345, counts: { ...zero, error: 12_345 }, warnings: [hostile], lastLineAt: 900_000,
    })), // prettier-ignore
    window: { length: 3_600_000, counts: zero },
    rules: [{ rule: 'errors', container: hostile, deciding: 51, inWindow: 60, limit: 50 }],
    incidents: [
      {
        id: 'I',
        key: 'host',
        state: 'cooldown',
        openedAt: 0,
        since: 0,
        reason: hostile.repeat(20),
        why: '',
        attempts: 1,
        acknowledged: false,
        next: { at: 1_060_000, what: 'the next heal may start' },
      },
    ],
    heal: { configured: true, budget: { used: 1, limit: 4, window: 86_400_000 }, cooldownUntil: 1_060_000 },
    pausedUntil: 1_090_000,
    gaps: [{ source: 'docker', container: hostile, from: 0, to: 1, reason: hostile }],
    restarts: [],
    effects: [{ id: 'I:opened', kind: 'alert', at: 0, ended: 1, ok: false, detail: hostile }],
    outbox: { queued: 0, unsent: 2, dead: 1, channels: ['discord'], disabled: { discord: 'HTTP 404' } },
    store: { dir: '/s', writable: false, lastCommit: 0, problem: 'disk full' },
  };

  test('fits 100 columns and lets no text from outside out of its place', () => {
    const text = statusText(status);
    expect(text).not.toContain('\u001b');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(text.match(/^Incident/gm)).toHaveLength(1);
    expect(text).toMatch(/^ {11}\d\d:\d\d:\d\d \(in 1m\): the next heal may start$/m);
    expect(text).toMatch(/PAUSED for another 1m30s; 1 of 4 heals in 1d used; none before/);
    expect(text).toMatch(/^State +NOT WRITTEN: disk full/m);
    expect(text).toMatch(/2 unsent, 1 GIVEN UP/);
    expect(text).toMatch(/discord is DISABLED, tried again with a new incident or within 15m: HTTP 404/);
  });

  test('leaves out columns rather than be wider than a terminal, and uses a wide one', () => {
    const narrow = statusText(status, 80).split('\n');
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(80);
    const title = narrow.find((line) => line.startsWith('CONTAINER'));
    expect(title).toMatch(/READING +LAST LINE +CRIT +ERR +WARN +RST$/);
    const wide = statusText(status, 200).split('\n');
    expect(wide.find((line) => line.startsWith('CONTAINER'))).toMatch(
      /DRIVER +LAST LINE +LAG +LINES\/S +LINES/,
    );
    expect(Math.max(...wide.map(({ length }) => length))).toBeGreaterThan(100);
  });

  test('counts the containers that are read, and why a heal was started is no news after it', () => {
    const [first, second] = status.containers;
    const containers = [first, second].flatMap((one) => one ?? []);
    const unreadable = containers.map((one, n) => (n === 0 ? { ...one, state: 'unreadable' } : one));
    expect(statusText({ ...status, blind: undefined, containers: unreadable })).toMatch(
      /^Reading +1 of 2 containers/m,
    );
    const shown = (state: string): string =>
      statusText({
        ...status,
        incidents: status.incidents.map((one) => ({ ...one, state, why: 'a heal is due' })),
      });
    expect(shown('queued')).toContain('a heal is due');
    expect(shown('settling')).not.toContain('a heal is due');
  });

  test('says which channel is quiet and until when, and of which incident nobody is told', () => {
    const incidents = status.incidents.map((one) => ({ ...one, unheard: 'alerts.routes[0] fits' }));
    const text = statusText({
      ...status,
      incidents,
      outbox: { ...status.outbox, quiet: { team: 1_060_000 } },
    });
    expect(text).toMatch(/^ {11}TOLD TO NOBODY: alerts\.routes\[0\] fits$/m);
    expect(text).toMatch(/^ {11}team is quiet, notes and alerts wait until \d\d:\d\d:\d\d \(in 1m\)$/m);
  });

  test('is a metric a line whatever the names, and containers of one name are told apart', () => {
    const lines = metrics(status)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) expect(line).toMatch(/^\w+(\{(\w+="(\\\\|\\"|\\n|[^"\\])*",?)+\})? [\d.e+]+$/);
    expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' '))))).toHaveLength(lines.length);
  });

  test('makes an hour one line that says no word that counts', () => {
    const { text } = summary(status, { judged: 4, entries: 2, perSecond: 0 });
    expect(text).toContain('6 lines of 2 containers; incident I');
  });
});
