import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';
import { type Limits, noLimits, setLimits } from './support/limits.ts';

const WRITERS = 8;
const LINES = 5_000;

describeEngine(
  `the daemon within the limits of the unit${noLimits === undefined ? '' : ` (${noLimits})`}`,
  (engine) => {
    let home: DaemonHome;
    let limits: Limits;
    beforeAll(() => {
      home = daemonHome({ QT_DOCKER_HOST: engine().endpoint.text, QT_HEAL_COMMAND: '/bin/true' });
      if (noLimits === undefined) limits = setLimits(`qt-test-${process.pid}`, 0.1, 512 * 1024 * 1024);
    });
    afterAll(async () => {
      home.remove();
      if (noLimits === undefined) await limits.remove();
    });

    test.skipIf(noLimits !== undefined)(
      'starts, reads everything, opens an incident and heals, with memory to spare',
      async () => {
        const script = `i=0; while [ $i -lt ${LINES} ]; do echo "INFO order $i taken"; i=$((i+1)); done; sleep 300`;
        for (let n = 0; n < WRITERS; n++) await engine().run({ name: `writer-${n}`, script });
        const daemon = home.start({}, [], limits.enter);
        await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
        await engine().run({
          name: 'ill',
          script: 'for i in 1 2 3 4 5 6; do echo "FATAL: out of order"; done; sleep 300',
        });
        await daemon.logged('the heal', ({ msg }) => msg === 'heal ended');
        await expect
          .poll(() => linesJudged(home), { timeout: 30_000, interval: 500 })
          .toBe(WRITERS * LINES + 6);
        const { throttled, periods } = limits.cpu();
        expect(throttled).toBeGreaterThan(0);
        expect(periods).toBeGreaterThanOrEqual(throttled);
        expect(await daemon.end('SIGTERM')).toBe(0);
        expect(limits.memory().hits).toBe(0);
        expect(limits.memory().most).toBeLessThan(400 * 1024 * 1024);
      },
      90_000,
    );
  },
);

async function linesJudged({ stateDir }: DaemonHome): Promise<number> {
  const { stdout } = await cli(['status', '--json', '--state', stateDir]);
  return stdout === '' ? 0 : (JSON.parse(stdout) as { lines: { judged: number } }).lines.judged;
}
