import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { daemonHome, type DaemonHome, type DaemonProcess } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { cases, HOSTILE, HOSTILE_NAME, STEERING, textsOf } from './support/hostile-session.ts';
import { leaksOf } from './support/secret-table.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

const ALL = cases();
/** What the heal and the receiver say of themselves. */
const SAID = `password=kestrel31amber ${HOSTILE.join(' ')}`;

describeEngine('a daemon that follows containers full of secrets and control characters', (engine) => {
  let folder: string;
  let home: DaemonHome;
  let daemon: DaemonProcess;
  let receiver: WebhookReceiver;
  let settings: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outputs-live-'));
    writeFileSync(join(folder, 'lines'), ALL.map(({ text, mark }) => `FATAL: ${mark} ${text}\n`).join(''));
    writeFileSync(join(folder, 'said'), `${SAID}\n`);
    receiver = await startWebhookReceiver();
    receiver.answer({ status: 500, body: SAID });
    await engine().run({
      name: 'hostile',
      script: 'sleep 2; cat /in/lines; sleep 300',
      binds: [`${folder}:/in:ro`],
      labels: {
        [`quantum-realtime.${HOSTILE_NAME}`]: 'x',
        'quantum-realtime.limits.errors': HOSTILE_NAME,
        'com.docker.compose.project': HOSTILE_NAME,
        'com.docker.compose.service': 'web',
      },
    });
    settings = {
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_LIMITS_CRITICAL: '5',
      QT_ALERT_WEBHOOK: `${receiver.origin}/hook`,
      QT_HEAL_COMMAND: `/bin/sh,-c,cat ${join(folder, 'said')}; exit 1`,
    };
    home = daemonHome(settings);
    daemon = home.start();
    await daemon.logged('the end of the heal', ({ to, from }) => from === 'healing' && to !== undefined);
    await receiver.received(2);
  }, 90_000);

  afterAll(async () => {
    await daemon.end('SIGTERM');
    await receiver.close();
    home.remove();
    rmSync(folder, { recursive: true });
  });

  function expectClean(texts: readonly string[]): void {
    for (const text of texts) {
      expect(text).not.toMatch(STEERING);
      expect(text).not.toContain('kestrel31amber');
      for (const line of text.split('\n'))
        for (const one of ALL) if (line.includes(one.mark)) expect(leaksOf(one, line), line).toEqual([]);
    }
  }

  const env = (): Record<string, string> => ({
    ...settings,
    QT_STATE_DIR: home.stateDir,
    QT_REPORT_DIR: home.reportDir,
  });

  test.each([
    ['status'],
    ['incidents'],
    ['incidents show ID'],
    ['doctor'],
    ['check-config'],
    ['backtest --since 1h'],
    ['ack ID'],
    ['reload'],
  ])('%s says none of it, in words or in JSON', async (command) => {
    const listed = JSON.parse((await cli(['incidents', '--json'], { env: env() })).stdout) as {
      id: string;
    }[];
    const args = command.split(' ').map((arg) => (arg === 'ID' ? (listed[0]?.id ?? '') : arg));
    const words = await cli(args, { env: env() });
    expect(words.stdout).not.toBe('');
    expectClean([words.stdout, words.stderr]);
    if (command === 'ack ID' || command === 'reload') return;
    const json = await cli([...args, '--json'], { env: env() });
    expect(json.stdout).not.toMatch(STEERING);
    expectClean([...textsOf(JSON.parse(json.stdout)), json.stderr]);
  });

  test('the incident quotes lines and the output of the heal', async () => {
    const { stdout } = await cli(['incidents', '--json'], { env: env() });
    expect(ALL.filter(({ mark }) => stdout.includes(mark)).length).toBeGreaterThan(5);
    expect(stdout).toContain('password=***');
  });

  test('a label that is none is told by doctor and check-config with what can be shown of it', async () => {
    const doctor = await cli(['doctor'], { env: env() });
    expect(doctor.stdout).toContain('label quantum-realtime.evil: no such setting');
    const checked = await cli(['check-config'], { env: env() });
    expect(checked.stderr).toContain('label quantum-realtime.evil: no such setting');
  });

  test('neither the log, the report nor messages hold any of it', () => {
    const files = readdirSync(home.reportDir).map((name) => readFileSync(join(home.reportDir, name), 'utf8'));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const text of files) expect(text).not.toMatch(STEERING);
    const records = files.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('{'));
    expectClean(records.flatMap((record) => textsOf(JSON.parse(record))));
    expectClean(files.filter((text) => !text.startsWith('{')));
    expectClean(daemon.log.flatMap(textsOf));
    expectClean(receiver.requests.flatMap(({ json }) => textsOf(json)));
    expect(daemon.log.some((record) => textsOf(record).some((text) => text.includes('password=***')))).toBe(
      true,
    );
  });
});
