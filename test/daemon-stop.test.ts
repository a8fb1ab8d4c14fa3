import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daemonHome, type DaemonHome, type DaemonProcess } from './support/daemon.ts';
import { fakeEngine, frame } from './support/engine-fake.ts';
import { isRoot } from './support/state.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

/** The most processor time between a stop signal and its being heard, in seconds: a wait for others does not count. */
const MOST = 2;

describe('SIGTERM is heard', { timeout: 120_000 }, () => {
  let home: DaemonHome;
  let receiver: WebhookReceiver;
  let folder: string;
  let log: string;
  let settings: string;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    folder = mkdtempSync(join(tmpdir(), 'qt-stop-'));
    log = join(folder, 'app.log');
    writeFileSync(log, 'begun\n');
    settings = join(folder, 'settings.yaml');
    writeFileSync(
      settings,
      JSON.stringify({
        sources: { docker: false, files: [{ name: 'app', paths: [log] }] },
        limits: { critical: 1 },
        incident: { groupWait: '100ms' },
        alerts: { timeout: '50s' },
      }),
    );
    home = daemonHome({ QT_ALERT_WEBHOOK: receiver.discordUrl });
  });
  afterEach(async () => {
    home.remove();
    rmSync(folder, { recursive: true });
    await receiver.close();
  });

  /** A daemon that follows, with the incident that a line of the log opens. */
  async function inTrouble(env: Readonly<Record<string, string>> = {}): Promise<DaemonProcess> {
    const daemon = home.start(env, ['--config', settings]);
    await daemon.logged('following', ({ msg }) => msg.startsWith('following'));
    appendFileSync(log, 'FATAL: gone\n');
    await daemon.logged('the incident', ({ msg }) => msg === 'a limit is reached');
    return daemon;
  }

  async function expectHeard(daemon: DaemonProcess): Promise<void> {
    const before = processorTime(daemon.pid);
    process.kill(daemon.pid, 'SIGTERM');
    await daemon.logged('the signal', ({ msg }) => msg.startsWith('stopping;'));
    // It may be gone by now: then it has heard.
    expect((processorTime(daemon.pid) ?? 0) - (before ?? 0)).toBeLessThan(MOST);
    expect(await daemon.end('SIGTERM')).toBe(0);
  }

  test('while a receiver takes a message and never answers', async () => {
    receiver.answerAlways('silence');
    const daemon = await inTrouble();
    await receiver.received(1);
    await expectHeard(daemon);
  });

  test.each([
    ['redirects', { status: 302, headers: { location: '/elsewhere' } }],
    ['answers with what is no answer', { status: 200, body: '{"id": '.repeat(10_000) }],
    ['asks for a day of patience', { status: 429, headers: { 'retry-after': '86400' } }],
  ])('while a receiver %s', async (_, answer) => {
    receiver.answerAlways(answer);
    const daemon = await inTrouble();
    await receiver.received(1);
    await expectHeard(daemon);
  });

  test('while neither report nor message can be delivered', async () => {
    const daemon = await inTrouble({
      QT_REPORT_DIR: '/proc/nope',
      QT_ALERT_WEBHOOK: 'http://127.0.0.1:1/api/webhooks/4242/nobody',
    });
    await daemon.logged('the alert', ({ msg }) => msg.startsWith('alert not sent'));
    await daemon.logged('the report', ({ msg }) => msg.startsWith('report section not written'));
    await expectHeard(daemon);
  });

  test.runIf(isRoot)('while the disk is full, with a heal that is not started for it', async () => {
    mkdirSync(home.stateDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', home.stateDir]);
    try {
      const daemon = home.start({ QT_HEAL_COMMAND: '/bin/true' }, ['--config', settings]);
      await daemon.logged('following', ({ msg }) => msg.startsWith('following'));
      execFileSync('sh', ['-c', 'cat /dev/zero > filler || true'], { cwd: home.stateDir, stdio: 'ignore' });
      appendFileSync(log, 'FATAL: gone\n');
      await daemon.logged('the decision', ({ msg }) => msg === 'the state cannot be stored');
      await expectHeard(daemon);
    } finally {
      execFileSync('umount', ['-l', home.stateDir]);
    }
  });

  test.each(['9999-99-99T99:99:99.999999999Z', 'NaN'])(
    'while an engine sends entries with the time "%s"',
    async (ts) => {
      const engine = await fakeEngine({
        logs: ({ searchParams }) => ({
          bytes: Buffer.concat([frame(1, `${ts} FATAL: no time\n`), frame(1, `${now()} FATAL: after it\n`)]),
          open: searchParams.has('follow'),
        }),
      });
      const daemon = home.start({
        QT_CONFIG: '',
        QT_DOCKER_HOST: engine.endpoint.text,
        QT_LIMITS_CRITICAL: '1',
      });
      await daemon.logged('the incident', ({ msg }) => msg === 'a limit is reached');
      await expectHeard(daemon);
      await engine.close();
    },
  );
});

function now(): string {
  return new Date().toISOString().replace('Z', '000000Z');
}

/** User and system time of a process so far, in seconds (proc(5): hundredths); undefined once it is gone. */
function processorTime(pid: number): number | undefined {
  try {
    const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = after.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}
