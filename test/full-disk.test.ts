import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { daemonHome } from './support/daemon.ts';
import { isRoot } from './support/state.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

/** Writes until nothing more fits. */
function fill(filler: string): void {
  for (let size = 64 * 1_024; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

test.skipIf(!isRoot)(
  'on a full disk no heal is started nor spent, an alarm says so, and with room again a heal runs',
  { timeout: 60_000 },
  async () => {
    const receiver = await startWebhookReceiver();
    const folder = mkdtempSync(join(tmpdir(), 'qt-full-'));
    const log = join(folder, 'app.log');
    const settings = join(folder, 'settings.yaml');
    writeFileSync(log, 'begun\n');
    writeFileSync(
      settings,
      JSON.stringify({
        sources: { docker: false, files: [{ name: 'app', paths: [log] }] },
        limits: { critical: 1 },
        states: { storage: { after: '1s' } },
        incident: { groupWait: '100ms' },
        heal: { command: ['/bin/touch', join(folder, 'healed')] },
      }),
    );
    const home = daemonHome({ QT_ALERT_WEBHOOK: receiver.discordUrl });
    mkdirSync(home.stateDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', home.stateDir]);
    onTestFinished(async () => {
      execFileSync('umount', ['-l', home.stateDir]);
      home.remove();
      rmSync(folder, { recursive: true });
      await receiver.close();
    });
    const filler = join(home.stateDir, 'filler');
    const daemon = home.start({}, ['--config', settings]);
    onTestFinished(() => void daemon.end('SIGKILL'));
    await daemon.logged('following', ({ msg }) => msg.startsWith('following'));

    fill(filler);
    const [alarm] = await receiver.received(1, ({ method }) => method === 'POST');
    expect(alarm?.body).toMatch(
      /the state of this program cannot be stored since .+, and no heal is started: .+no space is left on the disk/,
    );
    appendFileSync(log, 'FATAL: gone\n');
    await daemon.logged(
      'no heal',
      ({ to, msg }) => to === 'verifying' && msg === 'the state cannot be stored',
    );
    const [, opened] = await receiver.received(2, ({ method }) => method === 'POST');
    expect(opened?.body).toContain('FATAL: gone');
    expect(opened?.body).toContain('the state cannot be stored, so nothing is healed');
    expect(existsSync(join(folder, 'healed'))).toBe(false);

    rmSync(filler);
    await daemon.logged('room again', ({ msg }) => msg.startsWith('the state is written again'));
    appendFileSync(log, 'FATAL: gone\n');
    const ended = await daemon.logged('the heal', ({ msg }) => msg === 'heal ended');
    expect(ended).toMatchObject({ result: 'ok', effect: expect.stringMatching(/:heal:1:run$/) as unknown });
    expect(await daemon.end('SIGTERM')).toBe(0);
    const told = receiver.requests.map(({ body }) => body).join('\n');
    expect(told).not.toMatch(/ran out of time|A person is needed/);
  },
);
