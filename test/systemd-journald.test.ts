import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Status, statusSchema } from '../src/control/status.ts';
import { describeMachine } from './support/nspawn.ts';

const ROOT = join(import.meta.dirname, '..');
/** Where the machine sees this repository. */
const INSIDE = '/srv/program';
const SERVICE = 'quantum_realtime';
const SETTINGS = [
  "sources: { docker: false, journald: { units: ['quantum*'] } }",
  'limits: { critical: 100000, errors: 100000, restarts: 100000 }',
];
const INSTALL =
  'install --webhook-file /srv/webhook --config /srv/qt.yaml --report /srv/reports --docker tcp://127.0.0.1:9';

describeMachine(
  'the journal under a real systemd',
  () => Promise.resolve([`${ROOT}:${INSIDE}`]),
  (machine) => {
    beforeAll(async () => {
      await machine().ok(
        `systemctl mask --runtime --now docker.service docker.socket
         umask 022; printf '%s\\n' ${SETTINGS.map(quoted).join(' ')} > /srv/qt.yaml
         umask 077; echo http://127.0.0.1:9/api/webhooks/1/Tok3n > /srv/webhook`,
      );
      await unit('old', ['ExecStart=/bin/sleep infinity']);
      await machine().ok(`systemctl start quantum-old && ${INSIDE}/bin/quantum-realtime ${INSTALL}`);
    }, 60_000);

    beforeEach(({ onTestFailed }) => {
      onTestFailed(async () => {
        const { out } = await machine().run(`journalctl --no-pager -n 25 -o short-monotonic -u ${SERVICE}`);
        process.stderr.write(`the journal of the service:\n${out}\n`);
      });
    });

    test('it is read as qt, who is in the group for it, and a unit that says nothing is known', async () => {
      const { containers, sources, blind } = await status(({ containers }) => containers.length > 0);
      expect(sources).toMatchObject([{ id: 'journald', state: 'up', endpoint: 'the journal' }]);
      expect(blind).toBeUndefined();
      expect(containers).toMatchObject([
        {
          container: 'journald:quantum-old.service',
          source: 'journald',
          driver: 'journald',
          state: 'following',
        },
      ]);
      const children = await machine().ok('ps -o user=,args= -C journalctl');
      expect(children.trim()).toMatch(/^qt +journalctl .*--follow.*$/);
    });

    test('its own service, which the glob names too, is not read', async () => {
      const own = await machine().ok(`journalctl --no-pager -o cat -u ${SERVICE}`);
      expect(own).toContain('quantum-realtime started');
      const { containers } = await status(() => true);
      expect(containers.map(({ container }) => container)).toEqual(['journald:quantum-old.service']);
    });

    test('a unit that is installed later is followed; its lines are judged by priority and text', async () => {
      const before = (await status(() => true)).window.counts;
      await script('says', [
        'echo CRITICAL: disk',
        "echo '<3>of a priority'",
        'echo fine',
        'echo ERROR: one >&2',
        'echo WARNING: two >&2',
        'echo of syslog | logger -p user.err',
      ]);
      await unit('new', ['Type=oneshot', 'ExecStart=/srv/says']);
      await machine().ok('systemctl start quantum-new');
      const after = await status(
        ({ window: { counts } }) => counts.warning > before.warning && counts.error > before.error + 2,
      );
      const { critical, error, warning } = after.window.counts;
      expect(after.containers.map(({ container }) => container)).toContain('journald:quantum-new.service');
      expect([critical - before.critical, error - before.error, warning - before.warning]).toEqual([1, 3, 1]);
    });

    test('restarts: after a crash until systemd gives up, by request, after a signal, by a watchdog', async () => {
      const before = (await status(() => true)).window.counts;
      const few = (burst: number) => [`StartLimitBurst=${burst}`, 'StartLimitIntervalSec=60'];
      const again = ['Restart=on-failure', 'RestartSec=200ms'];
      await unit('crash', [...again, 'ExecStart=/bin/sh -c "sleep 0.2; exit 3"'], few(3));
      await unit('long', [...again, 'ExecStart=/bin/sleep infinity']);
      const notify = 'ExecStart=/bin/sh -c "systemd-notify --ready; sleep 60"';
      await unit('hangs', [...again, 'Type=notify', 'NotifyAccess=all', 'WatchdogSec=500ms', notify], few(2));
      await machine().ok('systemctl start quantum-crash quantum-long; systemctl start quantum-hangs');
      await machine().ok('systemctl restart quantum-long; systemctl kill -s KILL quantum-long');
      await machine().until('systemctl show quantum-long -p NRestarts -p ActiveState', (out) =>
        /NRestarts=1[\s\S]*=active/.test(out),
      );
      await machine().ok('systemctl stop quantum-long');
      await machine().until(
        'systemctl is-failed quantum-crash quantum-hangs',
        (out) => out === 'failed\nfailed',
      );
      const { restarts, window } = await status(({ containers }) =>
        ['crash', 'long', 'hangs'].every((name) =>
          containers.some(({ container, state }) => container === named(name) && state === 'stopped'),
        ),
      );
      const of = (name: string) =>
        restarts.filter(({ container }) => container === named(name)).map(({ cause, text }) => [cause, text]);
      expect(of('crash')).toEqual([
        ['crash', 'restarted by systemd after exit code 3'],
        ['crash', 'restarted by systemd after exit code 3'],
      ]);
      expect(of('long')).toEqual([
        ['manual', 'started again by request'],
        ['crash', 'restarted by systemd after signal SIGKILL'],
      ]);
      expect(of('hangs')).toEqual([['crash', 'restarted by systemd after a watchdog timeout']]);
      expect(window.counts.restart - before.restart).toBe(4);
    }, 60_000);

    test('counts are exact over kill -9 of the daemon, a rotation and a restart of journald', async () => {
      const before = (await status(() => true)).window.counts.error;
      await script('bursts', [
        'i=0',
        'while [ $i -lt 1500 ]; do',
        'echo "ERROR: number $i lost"; i=$((i+1)); [ $((i % 10)) = 0 ] && sleep 0.03',
        'done',
      ]);
      await unit('burst', ['LogRateLimitIntervalSec=0', 'ExecStart=/bin/sh /srv/bursts']);
      await machine().ok('systemctl start quantum-burst');
      for (const harm of [
        `systemctl kill --kill-whom=main --signal=KILL ${SERVICE}`,
        'journalctl --rotate',
        'systemctl restart systemd-journald',
      ])
        await machine().ok(`sleep 1; ${harm}`);
      await machine().until('systemctl is-active quantum-burst', (out) => out === 'inactive', 30_000);
      const stored = await machine().ok('journalctl --no-pager -o cat -u quantum-burst');
      const lines = stored.split('\n').filter((line) => line.startsWith('ERROR: number')).length;
      expect(lines).toBeGreaterThan(1_000);
      await machine().until('systemctl show quantum_realtime -p NRestarts', (out) => out === 'NRestarts=1');
      await unit('last', ['Type=oneshot', 'ExecStart=/bin/echo CRITICAL: the last of all']);
      const { critical } = (await status(() => true)).window.counts;
      await machine().ok('systemctl start quantum-last');
      const { window, gaps, blind } = await status((now) => now.window.counts.critical > critical);
      expect(window.counts.error - before).toBe(lines);
      expect([gaps, blind]).toEqual([[], undefined]);
    }, 120_000);

    test('what was vacuumed before it was read is a gap, and reading goes on behind it', async () => {
      const before = (await status(() => true)).window.counts.error;
      await machine().ok(`systemctl stop ${SERVICE}`);
      await unit('lost', ['Type=oneshot', 'ExecStart=/bin/echo ERROR: nobody will see this']);
      await unit('seen', ['Type=oneshot', 'ExecStart=/bin/echo ERROR: this is seen']);
      await machine().ok('systemctl start quantum-lost; journalctl --rotate --vacuum-files=1');
      await machine().ok(`systemctl start quantum-seen ${SERVICE}`);
      const { gaps, window } = await status((now) => now.window.counts.error > before);
      expect(window.counts.error - before).toBe(1);
      expect(gaps.map(({ container }) => container)).toContain('journald:quantum-old.service');
      expect(gaps[0]?.reason).toMatch(/^the journal no longer held .*entries that had not been read yet/);
    }, 60_000);

    test('doctor says which units there are, and which of them hides its restarts', async () => {
      await unit('hushed', ['LogLevelMax=warning', 'ExecStart=/bin/sleep infinity']);
      await machine().ok('systemctl start quantum-hushed');
      const { out } = await machine().run('quantum-realtime doctor');
      expect(out).toMatch(/^ok +journald: the journal can be read$/m);
      expect(out).toMatch(/^ok +journald: reads .*quantum-/m);
      expect(out).toMatch(
        /^warning +journald: quantum-hushed\.service: its restarts are not seen: LogLevelMax=4/m,
      );
    });

    test('without the group it is blind, with the remedy in words, and what it missed is read later', async () => {
      const before = (await status(() => true)).window.counts.error;
      const dropIn = `/run/systemd/system/${SERVICE}.service.d/60-blind.conf`;
      await machine().ok(
        `mkdir -p /run/systemd/system/${SERVICE}.service.d; printf '[Service]\\nSupplementaryGroups=\\n' > ${dropIn}
         systemctl daemon-reload; systemctl restart ${SERVICE}`,
      );
      const remedy = 'qt may not read the journal: add qt to the group systemd-journal';
      const { sources } = await status(({ blind }) => blind !== undefined);
      expect(sources).toMatchObject([{ state: 'down', reason: remedy }]);
      expect((await machine().run('quantum-realtime doctor')).out).toMatch(
        /^fault +journald: qt may not read/m,
      );
      await unit('meanwhile', ['Type=oneshot', 'ExecStart=/bin/echo ERROR: while it was blind']);
      await machine().ok(
        `systemctl start quantum-meanwhile; rm ${dropIn}; systemctl daemon-reload; systemctl restart ${SERVICE}`,
      );
      const after = await status((now) => now.window.counts.error > before);
      expect(after.window.counts.error - before).toBe(1);
      expect(after.gaps).toEqual([]);
    }, 60_000);

    /** The status of the daemon, as soon as it is as wanted. */
    async function status(accept: (found: Status) => boolean): Promise<Status> {
      let found: Status | undefined;
      await machine().until(
        'quantum-realtime status --json',
        (out) => {
          if (!out.startsWith('{')) return false;
          found = statusSchema.parse(JSON.parse(out));
          return accept(found);
        },
        30_000,
      );
      if (found === undefined) throw new Error('expected a status');
      return found;
    }

    /** Makes `quantum-NAME.service` of these lines. */
    async function unit(
      name: string,
      service: readonly string[],
      head: readonly string[] = [],
    ): Promise<void> {
      const lines = ['[Unit]', ...head, '[Service]', ...service].map(quoted).join(' ');
      const path = `/run/systemd/system/quantum-${name}.service`;
      await machine().ok(`printf '%s\\n' ${lines} > ${path} && systemctl daemon-reload`);
    }

    /** Makes `/srv/NAME`, which anybody may execute. */
    async function script(name: string, lines: readonly string[]): Promise<void> {
      const text = ['#!/bin/sh', ...lines].map(quoted).join(' ');
      await machine().ok(`printf '%s\\n' ${text} > /srv/${name} && chmod 755 /srv/${name}`);
    }
  },
);

function named(unit: string): string {
  return `journald:quantum-${unit}.service`;
}

/** A word as the shell takes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
