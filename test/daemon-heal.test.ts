import { afterEach, beforeEach, expect, test } from 'vitest';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

const FAST = {
  QT_INCIDENT_SETTLE: '1s',
  QT_INCIDENT_VERIFY: '3s',
  QT_INCIDENT_COOLDOWN: '2s',
  QT_INCIDENT_GROUPWAIT: '500ms',
};

describeEngine('healing on a real engine', (engine) => {
  let home: DaemonHome;
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    const env = { QT_DOCKER_HOST: engine().endpoint.text, QT_ALERT_WEBHOOK: receiver.discordUrl };
    home = daemonHome({ ...FAST, ...env });
  });
  afterEach(async () => {
    const all = JSON.parse((await engine().api('GET', '/containers/json?all=1')).body) as { Id: string }[];
    await Promise.all(all.map(({ Id }) => engine().remove(Id)));
    home.remove();
    await receiver.close();
  });

  const isPost = ({ method }: { method: string }) => method === 'POST';
  const headlines = () =>
    receiver.requests.filter(isPost).map(({ body }) => /[🚨✅❌🆘🔁⏰]/u.exec(body)?.[0]);

  test('a heal that restarts the very containers that breached leads to no second incident', async () => {
    const daemon = home.start({ QT_HEAL_ACTION: 'restart' });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    const once =
      'if [ ! -e /tmp/ran ]; then touch /tmp/ran; for i in 1 2 3 4 5 6; do echo "FATAL: wedged $i"; done; fi';
    const wedged = await engine().run({
      name: 'wedged',
      script: `trap 'exit 0' TERM; ${once}; echo ready; while :; do sleep 0.1; done`,
    });
    await engine().run({ name: 'bystander', script: 'echo fine; sleep 300' });
    const started = async () => {
      const { body } = await engine().api('GET', `/containers/${wedged}/json`);
      return (JSON.parse(body) as { State: { StartedAt: string } }).State.StartedAt;
    };
    const before = await started();
    await receiver.received(3, isPost);
    expect(headlines()).toEqual(['🚨', '✅', '✅']);
    expect(await started()).not.toBe(before);

    await engine().run({
      name: 'sentinel',
      script: 'for i in 1 2 3 4 5; do echo "FATAL: something new"; done; sleep 300',
    });
    const [, , , fourth] = await receiver.received(4, isPost);
    expect(fourth?.body).toContain('sentinel');
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(home.storedTally().containers.get('wedged')).toEqual({
      critical: 6,
      error: 0,
      warning: 0,
      restart: 0,
    });
  });

  test('the built-in restart also starts what has died, but not what somebody has stopped', async () => {
    const daemon = home.start({ QT_HEAL_ACTION: 'restart', QT_INCIDENT_GROUPWAIT: '5s' });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    const once = (fatal: string) =>
      `if [ ! -e /tmp/ran ]; then touch /tmp/ran; for i in 1 2 3 4 5; do echo "FATAL: $i"; done; ${fatal}; fi`;
    const stopped = await engine().run({
      name: 'stopped',
      script: `trap 'exit 143' TERM; ${once(':')}; while :; do sleep 0.1; done`,
    });
    await expect.poll(() => home.storedTally().counts.critical, { timeout: 20_000 }).toBe(5);
    await engine().api('POST', `/containers/${stopped}/stop`);
    const died = await engine().run({ name: 'died', script: `${once('exit 1')}; sleep 300` });
    const ended = await daemon.logged('the heal', ({ msg }) => msg === 'heal ended');
    expect(ended).toMatchObject({ result: 'failed', detail: '1 of 2 containers restarted' });
    const state = async (id: string) =>
      (
        JSON.parse((await engine().api('GET', `/containers/${id}/json`)).body) as {
          State: { Status: string };
        }
      ).State.Status;
    expect([await state(died), await state(stopped)]).toEqual(['running', 'exited']);
    await daemon.end('SIGTERM');
  });

  test('a heal that does nothing while errors go on: a second attempt, one escalation, and silence', async () => {
    const daemon = home.start({ QT_HEAL_COMMAND: '/bin/true' });
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    await engine().run({
      name: 'burning',
      script: 'while :; do echo "FATAL: still burning"; sleep 0.1; done',
    });
    await receiver.received(4, isPost);
    expect(headlines()).toEqual(['🚨', '✅', '✅', '🆘']);
    const seen = home.storedTally().counts.critical;
    await expect
      .poll(() => home.storedTally().counts.critical, { timeout: 20_000 })
      .toBeGreaterThan(seen + 50);
    expect(headlines()).toEqual(['🚨', '✅', '✅', '🆘']);
    expect(daemon.log.filter(({ msg }) => msg === 'heal starts')).toHaveLength(2);
    await daemon.end('SIGTERM');
  });
});

describeEngine('a host that logs nothing at all', (engine) => {
  test('raises an alarm of its own, once, that nobody is healed for', async () => {
    const receiver = await startWebhookReceiver();
    const home = daemonHome({
      ...FAST,
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_ALERT_WEBHOOK: receiver.discordUrl,
      QT_WINDOW: '3s',
      QT_HEAL_COMMAND: '/bin/true',
    });
    const mute = await engine().run({ name: 'mute', script: 'sleep 300' });
    const daemon = home.start();
    const [opened] = await receiver.received(1);
    expect(opened?.body).toContain('no container of this host logs anything');
    await daemon.logged('passive', ({ to }) => to === 'verifying');
    expect(daemon.log.filter(({ msg }) => msg === 'heal starts')).toEqual([]);
    await daemon.end('SIGTERM');
    await engine().remove(mute);
    await receiver.close();
    home.remove();
  });
});
