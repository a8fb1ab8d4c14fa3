import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { statusSchema, type Status } from '../src/control/status.ts';
import { cli } from './support/cli.ts';
import { type DaemonHome, type DaemonProcess, daemonHome } from './support/daemon.ts';
import { describeEngine, numbered } from './support/engine.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

describeEngine('a daemon that is looked into and told things', (engine) => {
  let home: DaemonHome;
  let receiver: WebhookReceiver;
  let daemon: DaemonProcess;
  let file: string;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    home = daemonHome({ QT_DOCKER_HOST: engine().endpoint.text });
    file = join(home.stateDir, '..', 'quantum.yaml');
  });
  afterEach(async () => {
    await daemon.end('SIGKILL');
    const all = JSON.parse((await engine().api('GET', '/containers/json?all=1')).body) as { Id: string }[];
    await Promise.all(all.map(({ Id }) => engine().remove(Id)));
    home.remove();
    await receiver.close();
  });

  const ask = (...args: readonly string[]) => cli(args, { env: { QT_STATE_DIR: home.stateDir } });
  const settings = (value: object): void => writeFileSync(file, JSON.stringify(value));
  const start = async (value: object): Promise<void> => {
    settings(value);
    daemon = home.start({}, ['--config', file]);
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
  };

  async function status(): Promise<Status> {
    return statusSchema.parse(JSON.parse((await ask('status', '--json')).stdout));
  }

  /** Asks again until the status is as expected. */
  async function seen(what: string, accept: (status: Status) => boolean): Promise<Status> {
    const end = Date.now() + 20_000;
    for (;;) {
      const now = await status();
      if (accept(now)) return now;
      if (Date.now() > end) throw new Error(`${what} is never seen: ${JSON.stringify(now)}`);
      await wait(50);
    }
  }

  const fatal = (what: string): string => `for i in 1 2 3 4 5; do echo "FATAL: ${what}"; done; sleep 300`;

  test('an incident that is escalated is seen, acknowledged, and decided again after heal reset', async () => {
    await start({ heal: { command: ['/nonexistent/heal'] } });
    await engine().run({ name: 'ledger', script: fatal('the ledger is gone') });
    const escalated = await seen('the escalation', ({ incidents }) => incidents[0]?.state === 'escalated');
    const id = escalated.incidents[0]?.id ?? '';
    expect(escalated.incidents[0]).toMatchObject({
      reason: '5 critical events (threshold: 5)',
      acknowledged: false,
    });
    expect(escalated.heal).toMatchObject({ configured: true, budget: { used: 0, limit: 4 } });
    expect(escalated.containers).toMatchObject([
      { name: 'ledger', driver: 'json-file', state: 'following', lines: 5, counts: { critical: 5 } },
    ]);
    expect(escalated.effects.filter(({ kind }) => kind === 'heal')).toEqual([]);

    const text = (await ask('status')).stdout;
    expect(text).toMatch(new RegExp(`^Incident +${id}: ESCALATED`, 'm'));
    expect(text).toMatch(/^ledger +following +json-file/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);

    expect((await ask('ack', id)).stdout).toContain('is acknowledged; no more reminders');
    expect((await status()).incidents[0]).toMatchObject({ acknowledged: true });
    expect((await ask('ack', id)).stdout).toContain('was acknowledged before');
    expect((await ask('heal', 'reset')).stdout).toContain(`${id}: attempts are counted from zero again`);
    const reasons = async (): Promise<string> => (await ask('incidents', 'show', id)).stdout;
    expect(await reasons()).toContain('heals reset by an operator');

    const listed = await ask('incidents');
    await daemon.end('SIGTERM');
    expect(await reasons()).toContain('5 × [ledger] FATAL: the ledger is gone');
    expect((await ask('incidents')).stdout).toContain(id);
    expect(listed.stdout).toContain('5 critical events');
    expect(JSON.parse((await ask('incidents', 'show', id, '--json')).stdout)).toMatchObject({ id });
  });

  test('reloads under load lose no line and count none twice', async () => {
    const LINES = 3_000;
    const high = (errors: number) => ({ limits: { errors } });
    await start(high(100_000));
    await engine().run({
      name: 'busy',
      script: `${numbered(LINES, { prefix: 'ERROR number', burst: 20, pause: 0.02 })}; sleep 300`,
    });
    for (let n = 1; n <= 5; n++) {
      settings(high(100_000 + n));
      expect(await ask('reload')).toMatchObject({ exitCode: 0 });
    }
    const after = await seen('the last line', ({ lines }) => lines.judged >= LINES);
    expect(after.lines.judged).toBe(LINES);
    expect(after.window.counts).toEqual({ critical: 0, error: LINES, warning: 0, restart: 0 });
    expect(after.gaps).toEqual([]);
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(home.storedTally().counts.error).toBe(LINES);
  });

  test('a reload keeps the incident, lets the running heal end, and alerts go where they go now', async () => {
    const wanted = (webhook: string) => ({
      alerts: { webhook },
      heal: { command: ['/bin/sh', '-c', `until [ -e ${home.stateDir}/go ]; do sleep 0.1; done`] },
    });
    await start(wanted('http://127.0.0.1:1/nobody'));
    await engine().run({ name: 'ledger', script: fatal('gone') });
    const healing = await seen(
      'the heal',
      ({ heal, outbox }) => heal.running !== undefined && outbox.queued === 0,
    );
    const id = healing.incidents[0]?.id ?? '';

    settings({ ...wanted(receiver.discordUrl), containers: { exclude: ['ledger'] } });
    expect((await ask('reload')).stdout).toBe('In force now: containers.exclude, alerts.webhook.');
    const [opened] = await receiver.received(1, ({ method }) => method === 'POST');
    expect(opened?.body).toContain('5 critical events');
    const reloaded = await status();
    expect(reloaded.containers).toEqual([]);
    expect(reloaded.incidents[0]).toMatchObject({ id, state: 'healing' });
    expect(reloaded.heal.running).toEqual(healing.heal.running);

    writeFileSync(join(home.stateDir, 'go'), '');
    const [, healed] = await receiver.received(2, ({ method }) => method === 'POST');
    expect(healed?.body).toContain('✅ Auto-heal completed successfully');
    expect((await status()).incidents[0]).toMatchObject({ id, state: 'settling' });
    expect(daemon.log.filter(({ msg }) => msg === 'heal starts')).toHaveLength(1);
  });

  test('a lower limit is in force for what has been counted already', async () => {
    await start({});
    await engine().run({
      name: 'grumbler',
      script: 'for i in 1 2 3; do echo "ERROR $i failed"; done; sleep 300',
    });
    await seen('the errors', ({ window }) => window.counts.error === 3);
    settings({ limits: { errors: 4 } });
    expect(await ask('reload')).toMatchObject({ exitCode: 0 });
    expect((await status()).rules.find(({ rule }) => rule === 'errors')).toMatchObject({
      deciding: 3,
      limit: 4,
    });
    await engine().run({ name: 'straw', script: 'echo "ERROR the last"; sleep 300' });
    const { incidents } = await seen('the incident', ({ incidents }) => incidents.length > 0);
    expect(incidents[0]?.reason).toBe('4 errors (threshold: 4)');
  });
});
