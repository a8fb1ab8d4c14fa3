import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { daemonHome } from './support/daemon.ts';
import { describeEngine, numbered } from './support/engine.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

/** A fixed sequence of pauses between 100 ms and a second, so that a failure can be seen again. */
function* pauses(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield 100 + (state % 900);
  }
}

const LINES = 60_000;

describeEngine('killed at any moment, the daemon counts every line once', (engine) => {
  test(
    '20 times kill -9 under some 5,000 lines a second on two containers: the totals are exact',
    { timeout: 180_000 },
    async () => {
      const home = daemonHome({
        QT_DOCKER_HOST: engine().endpoint.text,
        QT_LIMITS_ERRORS: '1000000',
        QT_LIMITS_CRITICAL: '1000000',
      });
      const half = LINES / 2;
      const writers = [
        await engine().run({
          name: 'left',
          script: numbered(half, { prefix: 'ERROR order', burst: 250, pause: 0.1 }),
        }),
        await engine().run({
          name: 'right',
          script: numbered(half, { prefix: 'FATAL order', burst: 250, pause: 0.1, to: 'stderr' }),
        }),
      ];
      const pause = pauses(42);
      for (let kill = 0; kill < 20; kill++) {
        const daemon = home.start();
        await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
        await wait(pause.next().value);
        expect(await daemon.end('SIGKILL')).toBe('SIGKILL');
      }
      await Promise.all(writers.map((id) => engine().exited(id)));
      const last = home.start();
      await last.logged('connected', ({ msg }) => msg.startsWith('connected'));
      const stored = () => home.storedTally().counts;
      await expect
        .poll(() => stored().critical + stored().error, { timeout: 30_000, interval: 500 })
        .toBeGreaterThanOrEqual(LINES);
      expect(await last.end('SIGTERM')).toBe(0);

      const { counts, containers } = home.storedTally();
      expect(counts).toEqual({ critical: half, error: half, warning: 0, restart: 0 });
      expect(containers.get('left')?.error).toBe(half);
      expect(containers.get('right')?.critical).toBe(half);
      await Promise.all(writers.map((id) => engine().remove(id)));
      home.remove();
    },
  );

  test('killed while it verifies, it goes on where it was: one resolved message, no second heal, nothing opened anew', async () => {
    const receiver = await startWebhookReceiver();
    const home = daemonHome({
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_ALERT_WEBHOOK: receiver.discordUrl,
      QT_HEAL_COMMAND: '/bin/true',
      QT_INCIDENT_GROUPWAIT: '500ms',
      QT_INCIDENT_SETTLE: '1s',
      QT_INCIDENT_VERIFY: '4s',
    });
    const ill = await engine().run({
      name: 'ill',
      script: 'for i in 1 2 3 4 5 6; do echo "FATAL: out of order"; done; sleep 300',
    });
    const first = home.start();
    await first.logged('verifying', ({ to }) => to === 'verifying');
    await first.end('SIGKILL');
    const second = home.start();
    await second.logged('resolved', ({ to }) => to === 'resolved');
    await receiver.received(3, ({ method }) => method === 'POST');
    expect(receiver.requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
    expect(second.log.filter(({ msg }) => msg === 'heal starts')).toEqual([]);
    await second.end('SIGTERM');
    expect(home.storedTally().containers.get('ill')?.critical).toBe(6);
    await engine().remove(ill);
    await receiver.close();
    home.remove();
  });

  test('killed while a heal runs, it waits for that heal and starts no other', async () => {
    const home = daemonHome({
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_INCIDENT_GROUPWAIT: '200ms',
      QT_INCIDENT_SETTLE: '1s',
    });
    const script = join(home.stateDir, '..', 'heal.sh');
    await writeFile(script, `#!/bin/sh\necho begun >> ${script}.log\nsleep 4\necho ended >> ${script}.log\n`);
    await chmod(script, 0o755);
    const ill = await engine().run({
      name: 'worse',
      script: 'while :; do echo "FATAL: out of order"; sleep 0.05; done',
    });
    const first = home.start({ QT_HEAL_COMMAND: script });
    await first.logged('the heal', ({ msg }) => msg === 'heal starts');
    await expect.poll(() => readFile(`${script}.log`, 'utf8').catch(() => '')).toBe('begun\n');
    await first.end('SIGKILL');
    const second = home.start({ QT_HEAL_COMMAND: script });
    await second.logged('adopted', ({ msg }) => msg.startsWith('a heal still runs from before'));
    await second.logged('its end', ({ to }) => to === 'settling');
    expect(await readFile(`${script}.log`, 'utf8')).toBe('begun\nended\n');
    await second.end('SIGTERM');
    await engine().remove(ill);
    home.remove();
  });
});
