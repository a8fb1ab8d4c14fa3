import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

describeEngine('the whole story on a real engine', (engine) => {
  let home: DaemonHome;
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    home = daemonHome({
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_ALERT_WEBHOOK: receiver.discordUrl,
      QT_INCIDENT_SETTLE: '2s',
      QT_INCIDENT_VERIFY: '4s',
    });
  });
  afterEach(async () => {
    const all = JSON.parse((await engine().api('GET', '/containers/json?all=1')).body) as { Id: string }[];
    await Promise.all(all.map(({ Id }) => engine().remove(Id)));
    home.remove();
    await receiver.close();
  });

  async function healScript(body: string): Promise<string> {
    const path = join(home.stateDir, '..', 'heal.sh');
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const isPost = ({ method }: { method: string }) => method === 'POST';

  test('eight containers log, one crosses a limit: one alert, report, heal, its message and resolved, with exact counts', async () => {
    const heal = await healScript('echo "healing $QT_INCIDENT_ID, attempt $QT_ATTEMPT"');
    const daemon = home.start({ QT_HEAL_COMMAND: heal });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    const quiet = (n: number) =>
      `i=0; while [ $i -lt 40 ]; do echo "INFO tick $i of ${n}, failed=0"; i=$((i+1)); sleep 0.1; done; sleep 300`;
    for (let n = 1; n <= 6; n++) await engine().run({ name: `quiet-${n}`, script: quiet(n) });
    await engine().run({
      name: 'grumbler',
      script: 'for i in 1 2 3 4 5 6 7; do echo "ERROR request $i failed"; done; echo "WARN slow"; sleep 300',
    });
    await engine().run({
      name: 'ledger',
      script: 'for i in 1 2 3 4 5 6; do echo "FATAL: cannot open the ledger ($i)" >&2; done; sleep 300',
    });

    const [opened, healed, resolved] = await receiver.received(3, isPost);
    expect(opened?.body).toContain('6 critical events (threshold: 5)');
    expect(opened?.body).toContain('**Errors:** 7');
    expect(healed?.body).toContain('✅ Auto-heal completed successfully');
    expect(resolved?.body).toContain('Resolved');
    expect(receiver.requests.filter(isPost)).toHaveLength(3);

    const name =
      (await readdir(home.reportDir)).find((file) => file.startsWith('WEEKLY_HEALTH_REPORT_')) ?? '';
    const report = await readFile(join(home.reportDir, name), 'utf8');
    expect(report.match(/### ⚡ Real-Time Incident Report/g)).toHaveLength(1);
    expect(report).toContain('| Critical Events | 6 |');
    expect(report).toContain('[ledger] FATAL: cannot open the ledger (1)');
    expect(report).toMatch(/healing \d{8}T\d{6}Z-host-1, attempt 1/);
    expect(report.indexOf(':opened -->')).toBeLessThan(report.indexOf(':heal:1 -->'));

    await engine().run({
      name: 'newcomer',
      script: 'for i in 1 2 3 4 5; do echo "PANIC: following goes on"; done; sleep 300',
    });
    const [, , , again] = await receiver.received(4, isPost);
    expect(again?.body).toContain('newcomer');
    expect(await daemon.end('SIGTERM')).toBe(0);
    const { counts, containers } = home.storedTally();
    expect(counts).toEqual({ critical: 11, error: 7, warning: 1, restart: 0 });
    expect(containers.get('grumbler')).toEqual({ critical: 0, error: 7, warning: 1, restart: 0 });
  });

  test('a container that crashes and is restarted by policy counts as restarts, and two are a breach', async () => {
    const daemon = home.start();
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    await engine().run({ name: 'crasher', restart: 'on-failure:2', script: 'echo up; sleep 0.3; exit 7' });
    const [opened] = await receiver.received(1, isPost);
    expect(opened?.body).toContain('2 container restarts (threshold: 2)');
    expect(await daemon.end('SIGINT')).toBe(0);
  });

  test('SIGTERM during a heal lets it end, and the next start tells how it ended', async () => {
    const heal = await healScript('sleep 2; echo healed');
    const daemon = home.start({ QT_HEAL_COMMAND: heal });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    await engine().run({
      name: 'victim',
      script: 'for i in 1 2 3 4 5; do echo "FATAL: gone"; done; sleep 300',
    });
    await daemon.logged('the heal', ({ msg }) => msg === 'heal starts');
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(daemon.log.find(({ msg }) => msg === 'heal ended')).toMatchObject({ result: 'ok' });

    const second = home.start({ QT_HEAL_COMMAND: heal });
    const [, message] = await receiver.received(2, isPost);
    expect(message?.body).toContain('✅ Auto-heal completed successfully');
    expect(second.log.filter(({ msg }) => msg === 'heal starts')).toEqual([]);
    await second.end('SIGTERM');
  });

  test('a second signal does not wait for the heal', async () => {
    const heal = await healScript('trap "" TERM; sleep 120');
    const daemon = home.start({ QT_HEAL_COMMAND: heal });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    await engine().run({
      name: 'stuck',
      script: 'for i in 1 2 3 4 5; do echo "FATAL: gone"; done; sleep 300',
    });
    await daemon.logged('the heal', ({ msg }) => msg === 'heal starts');
    process.kill(daemon.pid, 'SIGTERM');
    await daemon.logged('the first signal', ({ msg }) => msg.startsWith('stopping;'));
    expect(await daemon.end('SIGTERM')).toBe(0);
  });
});
