import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { STATE_FILE } from '../src/state/database.ts';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

/** Writes until nothing more fits. */
function fill(dir: string): void {
  for (let size = 64 * 1_024; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(join(dir, 'filler'), Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

describeEngine('with a state file that cannot be used, the daemon says so and goes on watching', (engine) => {
  let home: DaemonHome;
  let receiver: WebhookReceiver;
  let path: string;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    home = daemonHome({
      QT_DOCKER_HOST: engine().endpoint.text,
      QT_ALERT_WEBHOOK: receiver.discordUrl,
      QT_HEAL_COMMAND: '/bin/true',
      QT_LIMITS_CRITICAL: '1',
      QT_INCIDENT_GROUPWAIT: '200ms',
    });
    path = join(home.stateDir, STATE_FILE);
    mkdirSync(home.stateDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', home.stateDir]);
    const before = home.start();
    await before.logged('connected', ({ msg }) => msg.startsWith('connected'));
    expect(await before.end('SIGTERM')).toBe(0);
  });
  afterEach(async () => {
    execFileSync('umount', ['-l', home.stateDir]);
    home.remove();
    await receiver.close();
  });

  test.each<[string, RegExp, boolean, () => void]>([
    [
      'damaged',
      /was damaged \(file is not a database\)/,
      true,
      () => writeFileSync(path, 'garbage '.repeat(999)),
    ],
    ['truncated', /was damaged \(.+\)/, true, () => truncateSync(path, 10_000)],
    [
      'too new',
      /was written by a later release \(version 99/,
      true,
      () => {
        const database = new DatabaseSync(path);
        database.exec('INSERT INTO schema VALUES (99, 0)');
        database.close();
      },
    ],
    [
      'read-only',
      /state\.db cannot be written: .*read-only file system/,
      false,
      () => execFileSync('mount', ['-o', 'remount,ro', home.stateDir]),
    ],
    [
      'on a full disk',
      /the state cannot be written: .*no space is left on the disk/,
      false,
      () => fill(home.stateDir),
    ],
  ])('%s', async (name, told, setAside, spoil) => {
    spoil();
    const spoilt = setAside ? readFileSync(path) : undefined;
    const daemon = home.start();
    const said = await daemon.logged('the state', ({ msg }) => told.test(msg));
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    const id = await engine().run({
      name: `after-${name.replaceAll(' ', '-')}`,
      script: 'for i in 1 2; do echo "FATAL: still watched"; done; sleep 300',
    });
    const [opened] = await receiver.received(1, ({ method }) => method === 'POST');
    expect(opened?.body).toContain(`after-${name.replaceAll(' ', '-')}`);
    // Nobody knows what was healed before, or would know after a crash: so nothing is.
    if (setAside) await daemon.logged('the wait', ({ to }) => to === 'cooldown');
    else await daemon.logged('no heal', ({ msg }) => msg === 'the state cannot be stored');
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(daemon.log.filter(({ msg }) => msg === said.msg)).toHaveLength(1);
    expect(daemon.log.filter(({ msg }) => msg === 'heal starts')).toEqual([]);
    if (spoilt === undefined) expect(readdirSync(home.stateDir)).toContain(STATE_FILE);
    else {
      const kept = readdirSync(home.stateDir).filter((file) => file.startsWith(`${STATE_FILE}.`));
      expect(kept.some((file) => readFileSync(join(home.stateDir, file)).equals(spoilt))).toBe(true);
      expect(home.storedTally().counts.critical).toBe(2);
    }
    await engine().remove(id);
  });
});
