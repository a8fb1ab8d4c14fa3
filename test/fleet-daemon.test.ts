import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { fleetSource } from '../src/fleet/fleet-source.ts';
import { SILENT } from '../src/log.ts';
import { liveClock } from '../src/time/live-clock.ts';
import { cli } from './support/cli.ts';
import { daemonHome } from './support/daemon.ts';
import { broker, type Broker } from './support/nats.ts';

let running: Broker | undefined;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await running?.stop();
  running = undefined;
});

const WAIT = { timeout: 60_000, interval: 100 };

test('a daemon that is killed sends its fleet each line once, and fleet status shows the host', async () => {
  const at = (running = await broker(['web-1', 'web-2']));
  const log = join(at.dir, 'app.log');
  writeFileSync(log, '');
  const settings = (host: string): string => {
    const file = join(at.dir, `${host}.yaml`);
    const { url, name, credentials } = at.member(host);
    const sources = { docker: false, files: [{ name: 'app', paths: [log] }] };
    writeFileSync(file, JSON.stringify({ fleet: { url, name, host, credentials }, sources }));
    return file;
  };
  const home = daemonHome({});
  closing.push(() => home.remove());
  let daemon = home.start({}, ['--config', settings('web-2')]);
  closing.push(() => daemon.end('SIGTERM'));

  let count = 0;
  const texts = new Set<string>();
  const source = fleetSource(at.member('web-1'), {
    config: configSchema.parse({}),
    clock: liveClock(() => undefined),
    log: SILENT,
  });
  const reading = source.batches$.subscribe((batch) => {
    for (const one of batch)
      if (one.type === 'signal') {
        count += 1;
        texts.add(one.text);
      }
  });
  closing.push(() => reading.unsubscribe());

  await daemon.logged('reads', ({ msg }) => msg === 'quantum-realtime started');
  await vi.waitFor(() => expect(source.hosts()).toHaveLength(1), WAIT);
  appendFileSync(log, 'ERROR the first password=hunter2hunter2\n');
  await vi.waitFor(() => expect(count).toBe(1), WAIT);
  await daemon.end('SIGKILL');
  appendFileSync(log, 'ERROR while nobody ran\n');
  daemon = home.start({}, ['--config', settings('web-2')]);
  await daemon.logged('reads', ({ msg }) => msg === 'quantum-realtime started');
  appendFileSync(log, 'ERROR the last\n');
  await vi.waitFor(() => expect([...texts]).toContain('ERROR the last'), WAIT);
  expect(count).toBe(3);
  expect([...texts].join()).not.toContain('hunter2');

  const shown = await cli(['fleet', 'status', '--json', '--config', settings('web-1')]);
  expect([shown.stderr, shown.exitCode]).toEqual(['', 0]);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    fleet: 'yard',
    hosts: [{ host: 'web-2', state: 'well', lost: 0, incidents: [] }],
  });
  const table = await cli(['fleet', 'status', '--config', settings('web-1')]);
  expect(table.stdout).toMatch(/^Fleet yard: 1 host: 1 well\n\nHOST +STATE[^]*web-2 +well +\d+s ago +0/);
  const refused = await cli(['fleet', 'status', '--config', settings('web-2')]);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('web-2 may only send')]);
}, 120_000);

test('fleet init makes what is missing, says what is there, and leaves alone what somebody else has made', async () => {
  const at = (running = await broker(['web-1']));
  const { url } = at.member('web-1');
  const key = join(at.dir, 'admin.nk');
  const env = { QT_FLEET_URL: url, QT_FLEET_NAME: 'other' };
  const first = await cli(['fleet', 'init', '--print', '--key', key], { env });
  expect([first.exitCode, first.stdout]).toEqual([0, expect.stringMatching(/^missing {2}qt_other_ev\n/)]);
  const made = await cli(['fleet', 'init', '--key', key], { env });
  expect([made.exitCode, made.stdout]).toEqual([0, expect.stringMatching(/^made {5}qt_other_ev\n/)]);
  const again = await cli(['fleet', 'init', '--key', key], { env });
  expect([again.exitCode, again.stdout]).toEqual([0, expect.stringMatching(/^there {4}qt_other_ev\n/)]);
  const admin = await at.link('admin');
  await admin.manager.streams.update('qt_other_hb', { subjects: ['qt.other.hb.*', 'mine'] });
  await admin.close();
  const foreign = await cli(['fleet', 'init', '--key', key], { env });
  expect(foreign.exitCode).toBe(1);
  expect(foreign.stdout).toContain('foreign  qt_other_hb (other than wanted: subjects)');
  expect(foreign.stderr).toContain('qt_other_hb: made otherwise, and left as it is');
});

test('fleet init --files writes a configuration and a key a host, which nobody else may read, and replaces none', async () => {
  const { scratchDir } = await import('./support/state.ts');
  const dir = join(scratchDir(), 'server');
  const args = ['fleet', 'init', '--files', dir, '--host', 'web-1', 'web-2', '--decider', 'hub'];
  const { exitCode, stdout } = await cli(args);
  expect(exitCode).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((path) => path.slice(dir.length + 1)),
  ).toEqual(['nats-server.conf', 'admin.nk', 'web-1.nk', 'web-2.nk', 'hub.nk']);
  const again = await cli(args);
  expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('already there')]);
});

test('settings say what is wrong with an address: without encryption only this host, and no password in it', async () => {
  const open = await cli(['check-config'], { env: { QT_FLEET_URL: 'nats://10.0.0.7:4222' } });
  expect([open.exitCode, open.stderr]).toEqual([2, expect.stringContaining('fleet.url: expected tls://…')]);
  const secret = await cli(['check-config'], { env: { QT_FLEET_URL: 'tls://me:hunter2@nats.example:4222' } });
  expect(secret.exitCode).toBe(2);
  expect(secret.stderr).toContain('expected an address without a user');
  expect(secret.stderr).not.toContain('hunter2');
});

test('doctor says what is wrong with the fleet', async () => {
  const at = (running = await broker(['web-1', 'web-2']));
  const { url, name, credentials = '' } = at.member('web-2');
  const env = { QT_FLEET_URL: url, QT_FLEET_NAME: name, QT_FLEET_CREDENTIALS: credentials };
  const well = await cli(['doctor'], { env: { ...env, QT_FLEET_HOST: 'web-2' } });
  expect(well.stdout).toMatch(/fleet: nats-server [\d.]+ answers/);
  expect(well.stdout).toContain('fleet: web-2 may send');
  const foreign = await cli(['doctor'], { env: { ...env, QT_FLEET_HOST: 'web-1' } });
  expect(foreign.stdout).toMatch(/fault {4}fleet: web-1 cannot ask for what it has sent/);
  const away = await cli(['doctor'], { env: { ...env, QT_FLEET_URL: 'nats://127.0.0.1:1' } });
  expect(away.stdout).toMatch(/fault {4}fleet: nats:\/\/127.0.0.1:1 cannot be reached/);
});
