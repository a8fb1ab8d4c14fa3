import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { daemonHome, type DaemonProcess } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

const LIBRARY = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((dir) => join(dir, 'faketime/libfaketime.so.1'))
  .find(existsSync);
const BOUND = 40_000;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What the daemon's clock is ahead of the engine's, one life after the other; within a life it is set while it runs. */
const LIVES = [
  [MINUTE, -6 * MINUTE, 70 * MINUTE],
  [100 * DAY, 0],
  [-70 * MINUTE, 6 * MINUTE, -MINUTE],
];

/** As libfaketime reads it: whole seconds. */
const offsetText = (ahead: number): string => `${ahead < 0 ? '' : '+'}${ahead / 1_000}`;

describeEngine('a daemon whose clock is not the engine’s, and is set', (engine) => {
  test.skipIf(LIBRARY === undefined && process.env['REQUIRE_ENGINE'] !== '1')(
    'counts each line once whatever the offset, tells of each step back, and goes on after a restart',
    async () => {
      expect(LIBRARY, 'apt-get install faketime').toBeDefined();
      const folder = mkdtempSync(join(tmpdir(), 'qt-clock-'));
      const file = join(folder, 'offset');
      const receiver = await startWebhookReceiver();
      const home = daemonHome({
        QT_DOCKER_HOST: engine().endpoint.text,
        QT_ALERT_WEBHOOK: receiver.discordUrl,
        QT_LIMITS_CRITICAL: 'off',
        QT_INCIDENT_GROUPWAIT: '100ms',
        LD_PRELOAD: LIBRARY ?? '',
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      });
      const counted = async (name: string, ahead: number): Promise<void> => {
        for (const end = Date.now() + BOUND; ;) {
          const { containers } = home.storedTally(Date.now() + ahead);
          const seen = containers.get(name)?.critical ?? 0;
          if (seen === 3) return;
          if (seen > 3 || Date.now() > end) throw new Error(`${name}: counted ${seen} times instead of 3`);
          await wait(100);
        }
      };
      let daemon: DaemonProcess | undefined;
      try {
        for (const [life, offsets] of LIVES.entries()) {
          for (const [step, ahead] of offsets.entries()) {
            writeFileSync(file, offsetText(ahead));
            daemon ??= home.start();
            await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
            const name = `clock-${life}-${step}`;
            await engine().run({ name, script: 'for i in 1 2 3; do echo "FATAL: no $i"; done' });
            await counted(name, ahead);
          }
          if (life === 0) {
            const [alarm] = await receiver.received(1);
            expect(alarm?.body).toContain('The clock was set back');
            expect(alarm?.body).toContain('set back by 7m');
          }
          expect(await daemon?.end('SIGTERM')).toBe(0);
          daemon = undefined;
        }
      } finally {
        await daemon?.end('SIGKILL');
        home.remove();
        rmSync(folder, { recursive: true });
        await receiver.close();
      }
    },
    120_000,
  );
});
