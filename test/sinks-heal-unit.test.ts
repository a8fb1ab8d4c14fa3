import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine } from './support/nspawn.ts';

/** Where the machine sees this repository: its own /tmp is empty. */
const INSIDE = '/srv/program';
const ROOT = join(import.meta.dirname, '..');

describeMachine(
  'a heal in a transient unit of a real systemd',
  () => Promise.resolve([`${ROOT}:${INSIDE}`]),
  (machine) => {
    const heal = async (id: string, timeout: number, command: string): Promise<unknown> => {
      const node = `${INSIDE}/node_modules/.bin/node`;
      const said = await machine().ok(
        `NOTIFY_SOCKET=/run/x ${node} ${INSIDE}/test/support/heal-in-unit.ts ${id} ${timeout} ${command}`,
      );
      return JSON.parse(said.trimEnd().split('\n').at(-1) ?? '');
    };

    test('has the facts and what is configured in its environment, and nothing of ours', async () => {
      const end = await heal('host-1:heal:1:run', 20_000, 'env');
      expect(end).toMatchObject({ result: 'ok', exitCode: 0 });
      const { output } = end as { output: string };
      expect(output).toContain('QT_INCIDENT_ID=20251217T161807-host-1\n');
      expect(output).toContain('QT_ATTEMPT_ID=host-1:heal:1:run\n');
      expect(output).toContain('EXTRA=yes\n');
      expect(output).not.toContain('NOTIFY_SOCKET');
    });

    test('fails with the exit code of its command', async () => {
      expect(await heal('host-2:heal:1:run', 20_000, "sh -c 'echo no; exit 3'")).toMatchObject({
        result: 'failed',
        exitCode: 3,
      });
    });

    test('is broken if its program is not there', async () => {
      expect(await heal('host-3:heal:1:run', 20_000, '/opt/no-such-heal')).toMatchObject({
        result: 'broken',
      });
    });

    test('is ended with all its descendants when it runs out of time and ignores SIGTERM', async () => {
      const script = `sh -c 'trap "" TERM; (trap "" TERM; exec sleep 4321) & sleep 4322; sleep 4323'`;
      expect(await heal('host-4:heal:1:run', 1_000, script)).toMatchObject({ result: 'timeout' });
      expect((await machine().run("pgrep -f '^sleep 432'")).out).toBe('');
    });

    test('is not run a second time while the same attempt runs', async () => {
      await machine().ok(
        'systemd-run --unit=quantum-realtime-heal-host-5-heal-1-run --quiet sleep 600 && rm -f /srv/again',
      );
      expect(await heal('host-5:heal:1:run', 20_000, 'touch /srv/again')).toMatchObject({
        result: 'unknown',
      });
      expect((await machine().run('ls /srv/again')).code).not.toBe(0);
    });
  },
);
