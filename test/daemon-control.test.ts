import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statusSchema, type Status } from '../src/control/status.ts';
import { cli } from './support/cli.ts';
import { type DaemonHome, type DaemonProcess, daemonHome } from './support/daemon.ts';

describe('looking inside without an engine', () => {
  let home: DaemonHome;
  let daemon: DaemonProcess;
  beforeEach(async () => {
    home = daemonHome({ QT_DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    daemon = await started(home);
  });
  afterEach(async () => {
    await daemon.end('SIGKILL');
    home.remove();
  });

  test('status tells people on 100 columns, and programs as JSON, what is and what is wrong', async () => {
    await daemon.logged('no engine', ({ msg }) => msg.startsWith('the Docker Engine cannot be reached'));
    const shown = await ask(home, 'status');
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toMatch(/^Docker +down for .*ENOENT/m);
    expect(shown.stdout).toMatch(/^Incident +none$/m);
    expect(shown.stdout).toMatch(/^errors +0 +0 +50$/m);
    for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const status = await statusOf(home);
    expect(status.engine).toMatchObject({ state: 'down', endpoint: 'unix:///nonexistent/docker.sock' });
    expect(status.store).toMatchObject({ writable: true, dir: home.stateDir });
    expect(status.pid).toBe(daemon.pid);
  });

  test('only the own user may open the control socket', () => {
    expect(statSync(socketOf(home)).mode & 0o777).toBe(0o600);
  });

  test('a pause is in force at once, outlives kill -9, and ends with resume', async () => {
    expect((await ask(home, 'pause', '30m')).stdout).toMatch(/^No heal starts before 20/);
    const { pausedUntil } = await statusOf(home);
    expect(pausedUntil).toBeGreaterThan(Date.now());
    await daemon.end('SIGKILL');

    daemon = await started(home);
    expect((await statusOf(home)).pausedUntil).toBe(pausedUntil);
    expect((await ask(home, 'status')).stdout).toMatch(/PAUSED for another (30m|29m\d+s)/);
    expect((await ask(home, 'resume')).stdout).toBe('Heals are allowed again.');
    expect((await statusOf(home)).pausedUntil).toBeUndefined();
    expect(existsSync(join(home.stateDir, 'PAUSE'))).toBe(false);
    expect((await ask(home, 'resume')).stdout).toBe('Heals were not paused.');
  });

  test('a silence is in force at once, is shown with its reason, outlives kill -9, and can be ended', async () => {
    const add = (...args: string[]) =>
      ask(home, 'silence', 'add', ...args, '--for', '2h', '--why', 'a deploy');
    expect(
      (await add('--container', 'quantum_ai_*', '--kind', 'error', '--pattern', 'mismatch')).stdout,
    ).toMatch(/^s1 is in force until 20.*; quantum-realtime silence rm s1 ends it\.$/);
    await daemon.end('SIGKILL');

    daemon = await started(home);
    const shown = /s1: quantum_ai_\* error "mismatch", until .* \(a deploy\); 0 events hidden/;
    expect((await ask(home, 'silence', 'list')).stdout).toMatch(shown);
    expect((await ask(home, 'status')).stdout).toMatch(/^Silenced +s1: quantum_ai_/m);
    expect((await statusOf(home)).silences).toMatchObject([{ id: 's1', isScheduled: false }]);
    expect((await ask(home, 'silence', 'rm', 's2')).stderr).toBe('no silence is called s2; there is s1');
    expect((await ask(home, 'silence', 'rm', 's1')).stdout).toBe('s1 is over.');
    expect((await ask(home, 'silence', 'list')).stdout).toBe('Nothing is silenced.');

    expect((await add('--container', 'db')).stderr).toContain('or --all to hide everything');
    expect((await add('--rule', 'eror')).stderr).toContain(
      'no rule is called eror; there is critical, errors',
    );
  });

  test('a PAUSE file that came or went while the daemon was away counts from its first moment', async () => {
    await daemon.end('SIGKILL');
    const until = new Date(Date.now() + 7_200_000).toISOString();
    writeFileSync(join(home.stateDir, 'PAUSE'), `${until} a deployment\n`);
    daemon = await started(home);
    expect((await statusOf(home)).pausedUntil).toBe(Date.parse(until));
    await daemon.end('SIGTERM');
    rmSync(join(home.stateDir, 'PAUSE'));
    daemon = await started(home);
    expect((await statusOf(home)).pausedUntil).toBeUndefined();
  });

  test('a daemon that does not run is said so with exit code 1, and what works without it', async () => {
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(existsSync(socketOf(home))).toBe(false);
    const status = await ask(home, 'status');
    expect(status).toMatchObject({ exitCode: 1, stdout: '' });
    expect(status.stderr).toContain('The daemon is not running');
    expect(status.stderr).toContain('sudo systemctl start quantum_realtime');
    expect(status.stderr).toContain('quantum-realtime incidents');
    expect(await ask(home, 'incidents')).toMatchObject({ exitCode: 0, stdout: 'No incident is on record.' });
    expect(await ask(home, 'incidents', 'show', 'none-such')).toMatchObject({ exitCode: 1 });
    expect(await ask(home, 'incidents', 'show')).toMatchObject({
      exitCode: 1,
      stderr: 'No incident is on record.',
    });
    const paused = await ask(home, 'pause', '2h');
    expect(paused).toMatchObject({ exitCode: 0, stderr: '' });
    expect(paused.stdout).toMatch(/^The daemon is not running; once it runs, no heal starts before 20/);
    daemon = await started(home);
    expect((await statusOf(home)).pausedUntil).toBeGreaterThan(Date.now() + 7_000_000);
    await daemon.end('SIGTERM');
    expect((await ask(home, 'resume')).stdout).toMatch(/^The daemon is not running; once it runs, heals are/);
    expect(existsSync(join(home.stateDir, 'PAUSE'))).toBe(false);
  });

  test('what makes no sense is refused with a sentence', async () => {
    expect(await ask(home, 'pause', 'soon')).toMatchObject({
      exitCode: 2,
      stderr: 'soon: expected a duration such as 30m, 2h or 1d, of at most 30d',
    });
    expect(await ask(home, 'pause', '40d')).toMatchObject({
      exitCode: 2,
      stderr: '40d: expected a duration such as 30m, 2h or 1d, of at most 30d',
    });
    expect(await ask(home, 'ack', 'I1')).toMatchObject({
      exitCode: 1,
      stderr: 'no open incident is called I1; none is open',
    });
    expect(await ask(home, 'ack')).toMatchObject({ exitCode: 1, stderr: 'no incident is open' });
    expect((await ask(home, 'heal', 'reset')).stdout).toContain('nothing to reset');
    const raw = (method: string, path: string, body?: string) => exchange(home, method, path, body);
    expect((await raw('POST', '/pause', '{"until":"x"}')).status).toBe(400);
    expect((await raw('POST', '/pause', '{"until":1,"more":1}')).status).toBe(400);
    expect((await raw('POST', '/pause', '{')).status).toBe(400);
    expect((await raw('POST', '/pause', ' '.repeat(70_000))).status).toBe(413);
    expect((await raw('GET', '/pause')).status).toBe(405);
    expect((await raw('GET', '/etc/passwd')).status).toBe(404);
  });

  test('metrics are in the text format of Prometheus', async () => {
    const { status, body } = await exchange(home, 'GET', '/metrics');
    expect(status).toBe(200);
    const samples = parseMetrics(body);
    expect(samples.get('quantum_realtime_engine_up')).toBe(0);
    expect(samples.get('quantum_realtime_store_writable')).toBe(1);
    expect(samples.get('quantum_realtime_rule_limit{rule="errors"}')).toBe(50);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  });

  test('a second daemon of the same state directory is refused and leaves the first its socket', async () => {
    const second = home.start();
    expect(await second.exited).toBe(1);
    expect((await statusOf(home)).pid).toBe(daemon.pid);
  });

  test('a path too long for a socket is told, and the daemon runs without', async () => {
    await daemon.end('SIGKILL');
    const long = join(home.stateDir, 'x'.repeat(100));
    daemon = home.start({ QT_STATE_DIR: long });
    const { problem } = await daemon.logged('the problem', ({ msg }) => msg.startsWith('the control socket'));
    expect(problem).toMatch(/too long: .* bytes, 107 are possible/);
    await daemon.logged('the start', ({ msg }) => msg === 'quantum-realtime started');
  });
});

test('a first start says what is followed', async () => {
  const home = daemonHome({});
  const file = join(home.stateDir, '..', 'quantum.yaml');
  writeFileSync(
    file,
    'sources: { docker: false, files: [{ name: nginx, paths: [/nonexistent/*.log, /etc/hostname] }] }\n',
  );
  const daemon = await started(home, ['--config', file]);
  const { msg } = await daemon.logged('what is followed', (record) => record.msg.startsWith('following'));
  expect(msg).toBe('following 1 file group: nginx');
  await daemon.end('SIGKILL');
  home.remove();
});

describe('reload', () => {
  let home: DaemonHome;
  let daemon: DaemonProcess;
  let file: string;
  const write = (yaml: string): void => writeFileSync(file, yaml);
  beforeEach(async () => {
    home = daemonHome({ QT_DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    file = join(home.stateDir, '..', 'quantum.yaml');
    write('limits: { errors: 60 }\n');
    daemon = await started(home, ['--config', file]);
  });
  afterEach(async () => {
    await daemon.end('SIGKILL');
    home.remove();
  });

  const limit = async (rule: string): Promise<number | undefined> =>
    (await statusOf(home)).rules.find((one) => one.rule === rule)?.limit;

  test('good settings are in force at once, and those that need a start are named', async () => {
    expect(await limit('errors')).toBe(60);
    write('limits: { errors: 70 }\nwindow: 30m\nlog: { file: OTHER.log }\n');
    const answer = await ask(home, 'reload');
    expect(answer).toMatchObject({ exitCode: 0 });
    expect(answer.stdout.split('\n')).toEqual([
      'In force now: limits.errors.',
      'Takes effect at the next start only: window, log.file.',
    ]);
    expect(await limit('errors')).toBe(70);
    expect((await statusOf(home)).window.length).toBe(3_600_000);
  });

  test('bad settings are refused with every reason and exit code 2; nothing changes', async () => {
    const refused = async (yaml: string): Promise<string> => {
      write(yaml);
      const answer = await ask(home, 'reload');
      expect(answer).toMatchObject({ exitCode: 2, stdout: '' });
      expect(await limit('errors')).toBe(60);
      return answer.stderr;
    };
    const both = await refused('limits: { errors: 0 }\nnonsense: 1\n');
    expect(both).toContain('limits.errors: expected a whole number from 1, or off, found 0');
    expect(both).toContain('nonsense: no such setting');
    expect(await refused('classify: { rules: [{ level: error, pattern: "(" }] }\n')).toContain(
      'classify.rules',
    );
    expect(await refused('rules: [{ name: mine, kinds: [error], limit: 3, pattern: "(" }]\n')).toContain(
      'rules[0].pattern',
    );
    expect(await refused('limits: [\n')).toContain(file);
    expect(daemon.log.filter(({ msg }) => msg.startsWith('the new settings are refused'))).toHaveLength(4);
  });
});

async function started(home: DaemonHome, args: readonly string[] = []): Promise<DaemonProcess> {
  const daemon = home.start({}, args);
  await daemon.logged('the start', ({ msg }) => msg === 'quantum-realtime started');
  return daemon;
}

function ask(home: DaemonHome, ...args: readonly string[]) {
  return cli(args, { env: { QT_STATE_DIR: home.stateDir } });
}

async function statusOf(home: DaemonHome): Promise<Status> {
  return statusSchema.parse(JSON.parse((await ask(home, 'status', '--json')).stdout));
}

const socketOf = (home: DaemonHome): string => join(home.stateDir, 'control.sock');

function exchange(home: DaemonHome, method: string, path: string, body?: string) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ socketPath: socketOf(home), method, path, agent: false }, (answer) => {
      text(answer).then((received) => resolve({ status: answer.statusCode ?? 0, body: received }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Reads the text format 0.0.4 strictly: every sample has its family's HELP and TYPE above it and a number. */
function parseMetrics(body: string): Map<string, number> {
  const samples = new Map<string, number>();
  let family = '';
  for (const line of body.trimEnd().split('\n')) {
    const head = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line);
    if (head !== null) {
      if (head[1] === 'TYPE') expect(['gauge', 'counter']).toContain(head[3]);
      family = head[2] ?? '';
      continue;
    }
    const sample = /^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[\d.e+]+)$/.exec(line);
    expect(sample, line).not.toBeNull();
    expect(sample?.[1]).toBe(family);
    const key = `${sample?.[1] ?? ''}${sample?.[2] ?? ''}`;
    expect(samples.has(key), key).toBe(false);
    samples.set(key, Number(sample?.[3]));
  }
  return samples;
}
