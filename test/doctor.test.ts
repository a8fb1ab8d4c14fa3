import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../src/doctor/finding.ts';
import { checkWatches } from '../src/doctor/check-watches.ts';
import { propertiesOf } from '../src/doctor/service-view.ts';
import { CLEAN_ENV, cli, LAUNCHER } from './support/cli.ts';
import { describeEngine } from './support/engine.ts';
import { containing } from './support/matchers.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'qt-doctor-'));
  chmodSync(dir, 0o755);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Looked {
  readonly code: number | undefined;
  readonly findings: readonly Finding[];
}

/** What doctor finds with these settings; nothing of the host is used unless a setting names it. */
async function doctor(env: Record<string, string>, uid?: number): Promise<Looked> {
  const settings = {
    QT_DOCKER_HOST: `unix://${dir}/no.sock`,
    QT_STATE_DIR: join(dir, 'state'),
    QT_REPORT_DIR: dir,
    QUANTUM_REALTIME_AS_SERVICE: '1',
    ...env,
  };
  const { exitCode, stdout, stderr } =
    uid === undefined
      ? await cli(['doctor', '--json'], { env: settings })
      : await execa(LAUNCHER, ['doctor', '--json'], {
          env: { ...CLEAN_ENV, ...settings, HOME: dir },
          extendEnv: false,
          reject: false,
          uid,
          gid: uid,
        });
  if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`);
  return { code: exitCode, findings: JSON.parse(stdout) as readonly Finding[] };
}

/** The same in a mount namespace of its own, in which a command has been run as root before. */
async function doctorWithin(before: string, env: Record<string, string>): Promise<Looked> {
  const settings = { QT_DOCKER_HOST: `unix://${dir}/no.sock`, QT_STATE_DIR: join(dir, 'state'), ...env };
  const { exitCode, stdout, stderr } = await execa(
    'unshare',
    ['--mount', '/bin/sh', '-ec', `${before}; exec "$0" doctor --json`, LAUNCHER],
    {
      env: { ...CLEAN_ENV, QT_REPORT_DIR: dir, QUANTUM_REALTIME_AS_SERVICE: '1', ...settings },
      extendEnv: false,
      reject: false,
    },
  );
  if (stdout === '') throw new Error(`doctor said nothing: ${stderr}`);
  return { code: exitCode, findings: JSON.parse(stdout) as readonly Finding[] };
}

function about({ findings }: Looked, check: string): Finding | undefined {
  const rank = { fault: 0, warning: 1, ok: 2 };
  return findings
    .filter((finding) => finding.check === check)
    .sort((a, b) => rank[a.verdict] - rank[b.verdict])[0];
}

const faultIn = (check: string, found: RegExp, remedy: RegExp) => ({
  check,
  verdict: 'fault',
  found: expect.stringMatching(found) as string,
  remedy: expect.stringMatching(remedy) as string,
});
const warningIn = (check: string, found: RegExp, remedy: RegExp) => ({
  ...faultIn(check, found, remedy),
  verdict: 'warning',
});

describe('doctor without an engine', () => {
  test('a socket that is not there is a fault, and the exit code is 1', async () => {
    const looked = await doctor({});
    expect(about(looked, 'docker')).toEqual(faultIn('docker', /ENOENT/, /Start Docker/));
    expect(looked.code).toBe(1);
  });

  test('an endpoint we cannot speak to is a fault', async () => {
    const looked = await doctor({ QT_DOCKER_HOST: 'npipe://somewhere' });
    expect(about(looked, 'docker')).toEqual(faultIn('docker', /npipe is not supported/, /docker\.host/));
  });

  test('people get a line each, with the remedy below', async () => {
    const { stdout } = await cli(['doctor'], {
      env: { QT_DOCKER_HOST: `unix://${dir}/no.sock`, QUANTUM_REALTIME_AS_SERVICE: '1' },
    });
    expect(stdout).toMatch(/^fault {4}docker: .*ENOENT.*\n {9}-> Start Docker/m);
  });

  test.skipIf(!ROOT)('a report folder that this user cannot write into is a fault', async () => {
    const folder = join(dir, 'reports');
    mkdirSync(folder, { mode: 0o755 });
    const looked = await doctor({ QT_REPORT_DIR: folder }, NOBODY);
    expect(about(looked, 'report')).toEqual(faultIn('report', /cannot write into .*EACCES/, /sudo chown/));
    chownSync(folder, NOBODY, NOBODY);
    expect(about(await doctor({ QT_REPORT_DIR: folder }, NOBODY), 'report')?.verdict).toBe('ok');
  });

  test.skipIf(!ROOT)('a report folder that this user cannot create is a fault', async () => {
    const looked = await doctor({ QT_REPORT_DIR: join(dir, 'a', 'b') }, NOBODY);
    expect(about(looked, 'report')).toEqual(faultIn('report', /does not let .* create it/, /sudo mkdir/));
  });

  test('a report folder that is a file is a fault', async () => {
    writeFileSync(join(dir, 'file'), '');
    const looked = await doctor({ QT_REPORT_DIR: join(dir, 'file') });
    expect(about(looked, 'report')).toEqual(faultIn('report', /is not a folder/, /report\.dir/));
  });

  test('few inotify instances for many containers are a warning, from one container too many on', () => {
    writeFileSync(join(dir, 'max_user_instances'), '128\n');
    expect(checkWatches(97, dir)).toEqual(
      warningIn('inotify', /is 128: with 97 containers/, /max_user_instances=512/),
    );
    expect(checkWatches(96, dir).verdict).toBe('ok');
  });

  test.skipIf(!ROOT)('a report folder on a file system that is read-only, or full, is told', async () => {
    const folder = join(dir, 'reports');
    mkdirSync(folder);
    const within = (options: string): Promise<Looked> =>
      doctorWithin(`mount -t tmpfs -o ${options} none ${folder}`, { QT_REPORT_DIR: folder });
    expect(about(await within('ro'), 'report')).toEqual(
      faultIn('report', /cannot write into .*EROFS/, /ReadWritePaths=.*reports/),
    );
    expect(about(await within('size=8m'), 'report')).toEqual(
      warningIn('report', /only 8 MB are free/, /make room/),
    );
    const full = `mount -t tmpfs -o size=64k none ${folder}; dd if=/dev/zero of=${folder}/f bs=4k 2>/dev/null || true`;
    expect(about(await doctorWithin(full, { QT_REPORT_DIR: folder }), 'report')).toEqual(
      faultIn('report', /the disk of .*reports is full/, /make room/),
    );
    expect(about(await within('nr_inodes=1'), 'report')).toEqual(
      faultIn('report', /cannot write into .*ENOSPC/, /disk is full/),
    );
  });

  test('a socket that nobody answers on is a fault', async () => {
    const socket = join(dir, 'left-over.sock');
    const gone = createServer().listen(socket);
    await once(gone, 'listening');
    // The file of a server that was killed stays; one that closes takes it along.
    renameSync(socket, `${socket}.kept`);
    gone.close();
    const looked = await doctor({ QT_DOCKER_HOST: `unix://${socket}.kept` });
    expect(about(looked, 'docker')).toEqual(
      faultIn('docker', /ECONNREFUSED/, /socket is there but nobody answers/),
    );
  });

  test('the service is looked at with its own user, groups, settings and mounts, but never ends its sockets', () => {
    const properties = propertiesOf(
      '[Service]\nUser=qt\nRuntimeDirectory=quantum-realtime\nExecStart=/x run\n# User=no\nEnvironment="QT_REPORT_DIR=/a b"\nReadWritePaths="/a b"\nMemoryMax=512M\n',
    );
    expect(properties).toEqual(['User=qt', 'Environment="QT_REPORT_DIR=/a b"', 'ReadWritePaths="/a b"']);
  });
});

describe('doctor and the heal command', () => {
  const script = (text: string, mode = 0o755): string => {
    const path = join(dir, 'heal.sh');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const heal = async (command: string): Promise<Finding | undefined> =>
    about(await doctor({ QT_HEAL_COMMAND: command }), 'heal');

  test('none is a warning', async () => {
    expect(about(await doctor({}), 'heal')).toEqual(warningIn('heal', /no command/, /heal\.command/));
  });
  test('one that does not exist is a fault', async () => {
    expect(await heal(`${dir}/nothing.sh`)).toEqual(
      faultIn('heal', /nothing\.sh does not exist for this user$/, /absolute path/),
    );
    expect(await heal('no-such-program')).toEqual(faultIn('heal', /in any folder of PATH/, /absolute path/));
  });
  test('one that is not executable is a fault', async () => {
    expect(await heal(script('#!/bin/sh\n', 0o644))).toEqual(
      faultIn('heal', /not executable/, /chmod a\+rx/),
    );
  });
  test('a script whose interpreter is missing, or that names none, is a fault', async () => {
    expect(await heal(script('#!/usr/bin/no-shell\n'))).toEqual(
      faultIn('heal', /wants \/usr\/bin\/no-shell/, /first line/),
    );
    expect(await heal(script('docker restart x\n'))).toEqual(
      faultIn('heal', /without a first line/, /add one/),
    );
  });
  test('sudo is a fault, since the service cannot gain privileges; a comment about it is not', async () => {
    expect(await heal(script('#!/bin/sh\nsudo systemctl restart x\n'))).toEqual(
      faultIn('heal', /uses sudo/, /Docker API/),
    );
    expect((await heal(script('#!/bin/sh\n# without sudo here\ndocker restart x\n')))?.verdict).toBe('ok');
  });
  test('building is too heavy for the quota, restarting is not', async () => {
    for (const heavy of ['docker build .', 'docker compose up -d --build', 'npm ci', 'make all'])
      expect(await heal(script(`#!/bin/sh\n${heavy}\n`))).toEqual(
        warningIn('heal', /too heavy/, /systemd-run/),
      );
    expect((await heal(script('#!/bin/sh\ndocker compose up -d\n')))?.verdict).toBe('ok');
  });
  test('what runs outside the service may do both', async () => {
    const command = script('#!/bin/sh\nsudo docker build .\n');
    const looked = await doctor({ QT_HEAL_COMMAND: command, QT_HEAL_RUNNER: 'systemd-run' });
    expect(about(looked, 'heal')?.verdict).toBe('ok');
  });
});

describe('doctor and the receivers of alerts', () => {
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(() => receiver.close());
  const alerts = async (url: string): Promise<Finding | undefined> =>
    about(await doctor({ QT_ALERT_WEBHOOK: url }), 'alerts');

  test('none is a warning', async () => {
    expect(about(await doctor({}), 'alerts')).toEqual(
      warningIn('alerts', /nobody is told/, /QT_ALERT_WEBHOOK/),
    );
  });
  test('a Discord webhook is asked for, not posted to', async () => {
    receiver.answerAlways(200);
    expect((await alerts(receiver.discordUrl))?.verdict).toBe('ok');
    expect(receiver.requests.map(({ method }) => method)).toEqual(['GET']);
  });
  test('one that was deleted is a fault, and its address is not shown', async () => {
    receiver.answerAlways({ status: 404, body: '{"message": "Unknown Webhook"}' });
    const looked = await doctor({ QT_ALERT_WEBHOOK: receiver.discordUrl });
    expect(about(looked, 'alerts')).toEqual(faultIn('alerts', /discord: refuses .*404/, /make a new one/));
    expect(JSON.stringify(looked.findings)).not.toContain('Tok3n');
  });
  test('a Slack webhook gets an empty message, which it refuses without posting', async () => {
    receiver.answerAlways({ status: 400, body: 'no_text' });
    expect((await alerts(`${receiver.origin}/services/T1/B2/abc`))?.verdict).toBe('ok');
    receiver.answerAlways({ status: 403, body: 'invalid_token' });
    expect(await alerts(`${receiver.origin}/services/T1/B2/abc`)).toEqual(
      faultIn('alerts', /slack: refuses .*403/, /address or token/),
    );
    expect(receiver.requests.every(({ body }) => body === '{}')).toBe(true);
  });
  test('any other gets a HEAD; that it does not know the method is no fault', async () => {
    receiver.answerAlways(405);
    expect((await alerts(`${receiver.origin}/hook`))?.verdict).toBe('ok');
    expect(receiver.requests.map(({ method }) => method)).toEqual(['HEAD']);
    receiver.answerAlways(401);
    expect((await alerts(`${receiver.origin}/hook`))?.verdict).toBe('fault');
  });
  test('nobody listening there is a fault', async () => {
    await receiver.close();
    expect(await alerts(`${receiver.origin}/hook`)).toEqual(faultIn('alerts', /ECONNREFUSED/, /firewall/));
  });
});

describeEngine('doctor with an engine', (engine) => {
  let proxy: Server | undefined;
  beforeAll(async () => {
    await engine().run({ name: 'fine', script: 'sleep 3600' });
    await engine().run({ name: 'mute', script: 'sleep 3600', driver: 'none' });
    await engine().run({
      name: 'short',
      script: 'sleep 3600',
      logOptions: { 'max-size': '10k', 'max-file': '2' },
    });
    await engine().run({
      name: 'lossy',
      script: 'sleep 3600',
      logOptions: { mode: 'non-blocking', 'max-size': '50m' },
    });
  });
  afterEach(() => proxy?.close());

  test('log drivers that cannot be read, and logs that rotate away, are told by container', async () => {
    const { findings, code } = await doctor({ QT_DOCKER_HOST: engine().endpoint.text });
    expect(findings).toContainEqual(faultIn('logs', /^mute: the log driver none/, /json-file/));
    expect(findings).toContainEqual(warningIn('logs', /^short: keeps 20 kB of log/, /max-size=20m/));
    expect(findings).toContainEqual(warningIn('logs', /^lossy: mode=non-blocking/, /blocking/));
    expect(findings).toContainEqual(expect.objectContaining({ found: '1 of 4 containers are read exactly' }));
    expect(code).toBe(1);
  });

  test.skipIf(!ROOT)('too few inotify instances for the containers that run are a warning', async () => {
    writeFileSync(join(dir, 'few'), '35\n');
    const looked = await doctorWithin(`mount --bind ${dir}/few /proc/sys/fs/inotify/max_user_instances`, {
      QT_DOCKER_HOST: engine().endpoint.text,
    });
    expect(about(looked, 'inotify')).toEqual(
      warningIn('inotify', /is 35: with 4 containers some follows will go silent/, /sysctl --system/),
    );
  });

  test('that no container is followed is a warning', async () => {
    const looked = await doctor({ QT_DOCKER_HOST: engine().endpoint.text, QT_CONTAINERS_INCLUDE: 'none-*' });
    expect(about(looked, 'logs')).toEqual(
      warningIn('logs', /no container is followed/, /containers\.include/),
    );
  });

  test('a label that is not usable is a warning', async () => {
    const labels = { 'quantum-realtime.limits.errors': 'few' };
    const id = await engine().run({ name: 'labelled', script: 'sleep 3600', labels });
    const looked = await doctor({ QT_DOCKER_HOST: engine().endpoint.text });
    await engine().remove(id);
    expect(about(looked, 'labels')).toEqual(
      warningIn('labels', /^labelled: label .*errors: expected a whole number/, /create the container anew/),
    );
  });

  test('restarting containers is possible on the engine itself', async () => {
    const env = { QT_DOCKER_HOST: engine().endpoint.text, QT_HEAL_ACTION: 'restart' };
    expect(about(await doctor(env), 'heal')).toMatchObject({ verdict: 'ok', found: containing('and may') });
  });

  test('with nothing wrong the exit code is 0', async () => {
    const env = { QT_DOCKER_HOST: engine().endpoint.text, QT_CONTAINERS_EXCLUDE: 'mute' };
    const { findings, code } = await doctor(env);
    expect(findings.filter(({ verdict }) => verdict === 'fault')).toEqual([]);
    expect(code).toBe(0);
  });

  test('a socket that this user may not use: the group to join, and what that is worth', async () => {
    const looked = await doctor({ QT_DOCKER_HOST: engine().endpoint.text }, NOBODY);
    expect(about(looked, 'docker')).toEqual(
      faultIn('docker', /may not use .*docker\.sock/, /usermod -aG docker .* is root on this host.* proxy/),
    );
  });

  /** Passes on to the engine what is not denied; its endpoint. */
  async function proxyThatDenies(denied: (method: string, url: string) => boolean): Promise<string> {
    const socket = join(dir, 'proxy.sock');
    proxy = createServer((front, answer) => {
      if (denied(front.method ?? '', front.url ?? '')) {
        answer.writeHead(403).end('<html>Request forbidden by administrative rules.</html>');
        return;
      }
      const back = request({ socketPath: engine().socket, method: front.method, path: front.url });
      back.on('response', (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      front.pipe(back);
    }).listen(socket);
    await once(proxy, 'listening');
    return `unix://${socket}`;
  }

  test('a proxy that denies what is needed is told what to let pass', async () => {
    const looked = await doctor({
      QT_DOCKER_HOST: await proxyThatDenies((_, url) => /^(?:\/v[\d.]+)?\/events|\/logs/.test(url)),
    });
    expect(about(looked, 'docker')).toEqual(
      faultIn('docker', /does not allow GET \/containers\/ID\/logs, GET \/events$/, /CONTAINERS=1 EVENTS=1/),
    );
  });

  test('a proxy that allows reading only denies restarts as a heal', async () => {
    const endpoint = await proxyThatDenies((method) => method !== 'GET');
    const looked = await doctor({ QT_DOCKER_HOST: endpoint, QT_HEAL_ACTION: 'restart' });
    expect(about(looked, 'docker')?.verdict).toBe('ok');
    expect(about(looked, 'heal')).toEqual(
      faultIn('heal', /POST .*restart is denied \(HTTP 403\)/, /ALLOW_RESTARTS=1/),
    );
  });
});
