import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';

describeEngine('a trial beside the running daemon', (engine) => {
  let home: DaemonHome;
  beforeEach(() => {
    home = daemonHome({ QT_DOCKER_HOST: engine().endpoint.text });
  });
  afterEach(() => home.remove());

  test('keeps to a state of its own, writes no report, heals nothing, and goes the whole way', async () => {
    const heal = join(home.stateDir, '..', 'heal.sh');
    await writeFile(heal, `#!/bin/sh\ntouch ${home.stateDir}/healed\n`);
    await chmod(heal, 0o755);
    const daemon = home.start();
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    const reports = join(home.stateDir, '..', 'reports-of-the-trial');
    await mkdir(reports);
    const trial = home.start({ QT_HEAL_COMMAND: heal, QT_REPORT_DIR: reports }, ['--dry-run']);
    await trial.logged('its start', ({ msg, state, dryRun }) => {
      if (msg !== 'quantum-realtime started') return false;
      expect([state, dryRun]).toEqual([join(home.stateDir, 'dry-run'), true]);
      return true;
    });

    await engine().run({
      name: 'ledger',
      script: 'for i in 1 2 3 4 5; do echo "FATAL: cannot open the ledger ($i)"; done; sleep 300',
    });
    const would = await trial.logged('the heal', ({ kind }) => kind === 'heal');
    expect(would).toMatchObject({ msg: 'dry run: not done', would: `attempt 1: ${heal}` });
    await trial.logged('its end', ({ to }) => to === 'settling');
    expect(await trial.end('SIGINT')).toBe(0);
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect([await readdir(reports), existsSync(join(home.stateDir, 'healed'))]).toEqual([[], false]);

    const opened = trial.log.find(({ to }) => to === 'open');
    expect(opened).toMatchObject({
      level: 40,
      msg: 'a limit is reached',
      reached: expect.stringMatching(/^\d+ .*threshold: \d+/) as string,
    });

    // A monitor that is itself watched must not feed on itself.
    const own = trial.log.map((record) => JSON.stringify(record)).join('\n');
    const { stdout } = await cli(['classify'], { input: own });
    expect(stdout.split('\n')).toHaveLength(trial.log.length);
    expect(stdout).not.toMatch(/"level":"(?:error|critical)"/);
  });
});
