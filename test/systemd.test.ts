import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Engine, noEngine, startEngine } from './support/engine.ts';
import { describeMachine, noMachine } from './support/nspawn.ts';

const DOCKER_CLI = ['/usr/local/bin/docker', '/usr/bin/docker'].some(existsSync);
const INSTALL =
  'install --webhook-file /srv/webhook --config /srv/qt.yaml --report /srv/reports --heal /usr/local/bin/heal.sh --docker unix:///run/engine/docker.sock';
const ROOT = join(import.meta.dirname, '..');
/** Where the machine sees this repository, wherever it is here: its own /tmp is empty. */
const INSIDE = '/srv/program';
/** Where the service runs from. */
const INSTALLED = '/opt/quantum-realtime';
const SERVICE = 'quantum_realtime';

let engine: Engine | undefined;
afterAll(() => engine?.stop(), 60_000);

/** The engine is there, and away: a service has to start without it. */
async function engineThatIsAway(): Promise<readonly string[]> {
  engine = await startEngine();
  await engine.run({ name: 'quiet', script: 'sleep 3600' });
  await engine.terminate();
  const folder = dirname(engine.socket);
  chmodSync(folder, 0o711);
  return [`${folder}:/run/engine`, `${ROOT}:${INSIDE}`];
}

describeMachine(
  'the service under a real systemd',
  engineThatIsAway,
  (machine) => {
    beforeEach(({ onTestFailed }) => {
      onTestFailed(async () => {
        const { out } = await machine().run(`journalctl --no-pager -n 25 -o short-monotonic -u ${SERVICE}`);
        process.stderr.write(`the journal of the service:\n${out}\n`);
      });
    });
    const show = async (property: string): Promise<string> =>
      (await machine().ok(`systemctl show ${SERVICE} --property=${property} --value`)).trim();
    const status = (accept: (text: string) => boolean): Promise<string> =>
      machine().until(`systemctl show ${SERVICE} --property=StatusText --value`, accept, 30_000);
    const journal = (): Promise<string> => machine().ok(`journalctl --no-pager -o cat -u ${SERVICE}`);
    const dropIn = (name: string, lines: string): Promise<string> =>
      machine().ok(
        `mkdir -p /run/systemd/system/${SERVICE}.service.d && printf '[Service]\\n${lines}\\n' > /run/systemd/system/${SERVICE}.service.d/${name}.conf && systemctl daemon-reload`,
      );
    const withoutDropIn = (name: string): Promise<string> =>
      machine().ok(`rm /run/systemd/system/${SERVICE}.service.d/${name}.conf && systemctl daemon-reload`);
    const critical = (count: number): string =>
      `i=0; while [ $i -lt ${count} ]; do echo "CRITICAL: payment $i lost"; i=$((i+1)); done; sleep 3600`;

    test('install shows what it does and starts the service, though Docker is away', async () => {
      await machine().ok(
        "printf '#!/bin/sh\\n{ id; docker -H unix:///run/engine/docker.sock ps --format {{.Names}}; env; } > /srv/reports/healed 2>&1\\nsleep ${HEAL_TAKES:-0}; touch /srv/reports/heal-ended\\n' > /usr/local/bin/heal.sh && chmod 755 /usr/local/bin/heal.sh",
      );
      await dropIn(
        '50-test',
        'WatchdogSec=5\\nRestartSec=1\\nEnvironment=QT_INCIDENT_COOLDOWN=0s QT_INCIDENT_BUDGET=9',
      );
      await machine().ok("echo 'limits: { errors: 50 }' > /srv/qt.yaml");
      await machine().run(
        'systemctl mask --runtime --now docker.service docker.socket; rm -f /run/docker.sock',
      );
      await machine().ok('umask 077; echo http://127.0.0.1:9/api/webhooks/1/Tok3n > /srv/webhook');
      const said = await machine().ok(`${INSIDE}/bin/quantum-realtime ${INSTALL}`);
      expect(said).toContain('run     useradd --system');
      expect(said).toContain('whoever can use Docker’s socket is root'.replace('’', "'"));
      expect(await show('ActiveState')).toBe('active');
      expect(await status((text) => text.includes('Docker'))).toMatch(
        /^waiting for Docker since \d\d:\d\d \| 0 critical/,
      );
    });

    test('the limits, the user and the watchdog are set', async () => {
      expect(await show('MemoryMax')).toBe(String(512 * 1024 * 1024));
      expect(await show('MemorySwapMax')).toBe('0');
      expect(await show('CPUQuotaPerSecUSec')).toBe('100ms');
      expect(await show('User')).toBe('qt');
      expect(await show('NoNewPrivileges')).toBe('yes');
      const account = await machine().ok(`ps -o user= -p $(systemctl show ${SERVICE} -p MainPID --value)`);
      expect(account.trim()).toBe('qt');
    });

    test('with its drop-ins it is exposed no more than 2.0', async () => {
      const { code, out } = await machine().run(
        `systemd-analyze security --no-pager --threshold=20 ${SERVICE}.service`,
      );
      expect(`${code} ${out.trim().split('\n').at(-1) ?? ''}`).toMatch(/^0 .*exposure level .*: [01]\.\d OK/);
    });

    test('the webhook is handed over as a credential, and is in no environment and no log', async () => {
      expect(await journal()).toContain('"webhook":"configured"');
      const shown = await machine().ok(
        `systemctl show ${SERVICE}; cat /proc/$(systemctl show ${SERVICE} -p MainPID --value)/environ`,
      );
      expect(`${shown}${await journal()}`).not.toContain('Tok3n');
    });

    test('an installation with a configuration that is not usable is refused, and the service runs on', async () => {
      await machine().ok("echo 'limits: { errors: many }' > /srv/bad.yaml");
      const main = await show('MainPID');
      const { code, out } = await machine().run(
        `${INSIDE}/bin/quantum-realtime install --config /srv/bad.yaml --report /root/reports`,
      );
      expect(code).toBe(1);
      expect(out).toMatch(/^Nothing was done:\n.*qt cannot get into \/root/);
      expect(out).toContain('limits.errors: expected a whole number from 1, or off, found "many"');
      expect(await show('MainPID')).toBe(main);
    });

    test('installing again with nothing said keeps everything', async () => {
      const said = await machine().ok(`${INSIDE}/bin/quantum-realtime install`);
      expect(said).toContain('note: --heal /usr/local/bin/heal.sh stays as it was; --no-heal takes it away');
      expect(said).toContain('everything was so already');
    });

    test('installing again changes nothing and restarts nothing', async () => {
      const before = await show('MainPID');
      const said = await machine().ok(`quantum-realtime ${INSTALL}`);
      expect(said).toContain('everything was so already');
      expect(await show('MainPID')).toBe(before);
    });

    test('when Docker comes it is followed, and the status line says so', async () => {
      await engine?.boot();
      await engine?.start('quiet');
      await status((text) => text.startsWith('watching 1 container |'));
    });

    test.skipIf(!DOCKER_CLI)('a heal and the Docker client work inside the hardened unit', async () => {
      await engine?.run({ name: 'payments', script: critical(6) });
      await machine().until('ls /srv/reports', (out) => out.includes('heal-ended'), 30_000);
      const healed = await machine().ok('cat /srv/reports/healed');
      expect(healed).toMatch(/^uid=\d+\(qt\)/);
      expect(healed.split('\n')).toEqual(expect.arrayContaining(['payments', 'quiet']));
      expect(healed).toMatch(/^QT_INCIDENT_ID=/m);
      expect(healed).not.toMatch(/^(?:NOTIFY_SOCKET|WATCHDOG_USEC)=/m);
      expect(await machine().ok('cat /srv/reports/WEEKLY*.md')).toContain('### ⚡ Real-Time Incident Report');
      await status((text) => /\| \S+-host-1 \w+ since \d\d:\d\d \| heals 1\/9$/.test(text));
      const warnings = await machine().ok(`journalctl --no-pager -o cat -p warning -u ${SERVICE}`);
      expect(warnings).toContain('a limit is reached');
      expect(warnings).not.toContain('connected to the Docker Engine');
    });

    test('with a watchdog of 5 s, a service that makes progress has not been restarted', async () => {
      await machine().until(
        `echo $(( $(cut -d. -f1 /proc/uptime) - $(systemctl show ${SERVICE} -p ActiveEnterTimestampMonotonic --value) / 1000000 ))`,
        (seconds) => Number(seconds) > 12,
        30_000,
      );
      expect(await show('NRestarts')).toBe('0');
    });

    test('doctor, run by root, looks with the eyes of the service', async () => {
      const { out } = await machine().run('quantum-realtime doctor');
      expect(out).toContain('answers at unix:///run/engine/docker.sock');
      expect(out).toMatch(/^ok +report: \/srv\/reports can be written$/m);
      expect(out).toMatch(/^ok +state: \/var\/lib\/quantum-realtime can be written$/m);
      await dropIn('60-blind', 'InaccessiblePaths=/srv/reports\\nSupplementaryGroups=');
      const worse = await machine().run('quantum-realtime doctor');
      await withoutDropIn('60-blind');
      expect(worse.code).toBe(1);
      expect(worse.out).toMatch(/^fault +docker: this user may not use \/run\/engine\/docker\.sock/m);
      expect(worse.out).toMatch(/^fault +report: qt cannot write into \/srv\/reports/m);
    });

    test('reload takes a good configuration and refuses a bad one, with the reason', async () => {
      const pid = await show('MainPID');
      await machine().ok("echo 'limits: { errors: 40 }' > /srv/qt.yaml");
      await machine().ok(`systemctl reload ${SERVICE}`);
      expect(await journal()).toMatch(/"changed":\["limits\.errors"\].*settings reloaded/);
      await machine().ok("echo 'limits: { errors: many }' > /srv/qt.yaml");
      expect((await machine().run(`systemctl reload ${SERVICE}`)).code).not.toBe(0);
      expect(await journal()).toContain('limits.errors: expected');
      expect([await show('ActiveState'), await show('MainPID')]).toEqual(['active', pid]);
      await machine().ok("echo 'limits: { errors: 50 }' > /srv/qt.yaml");
    });

    test('a heal is nice, and prints nothing of it', async () => {
      const shown = await machine().ok('quantum-realtime incidents show');
      expect(shown).toContain('attempt 1: ok');
      expect(shown).not.toContain('niceness');
    });

    test('a file that was changed is said to be read at a start, to whoever reloads or tests', async () => {
      await machine().ok(
        "sleep 1.1; printf 'QT_NAME=x\\nexport QT_WINDOW=2h\\n' > /etc/quantum-realtime/environment",
      );
      const newer =
        '/etc/quantum-realtime/environment has been changed since the service was started, which reads it then: sudo systemctl restart quantum_realtime';
      const ignored = '/etc/quantum-realtime/environment, line 2: systemd reads NAME=value alone';
      for (const command of ['reload', 'check-config', 'doctor', 'test-alert']) {
        const { out } = await machine().run(`quantum-realtime ${command}`);
        expect(out).toContain(newer);
        expect(out).toContain(ignored);
      }
      await machine().ok(`rm /etc/quantum-realtime/environment && systemctl restart ${SERVICE}`);
      expect(await machine().ok('quantum-realtime reload')).not.toContain('has been changed');
    });

    test('a service with a state directory of its own is found by every command, whether it runs or not', async () => {
      await machine().ok("printf 'limits: { errors: 50 }\\nstate: { dir: /srv/own }\\n' > /srv/qt.yaml");
      await machine().ok('quantum-realtime install');
      await machine().until('quantum-realtime status', (out) => /^State +written .*\/srv\/own/m.test(out));
      await machine().ok('quantum-realtime pause 10m');
      expect(await machine().ok('ls /srv/own')).toContain('PAUSE');
      await machine().ok(`systemctl stop ${SERVICE}`);
      expect((await machine().run('quantum-realtime status')).out).toMatch(
        /^The service does not run\. Start it: sudo systemctl start quantum_realtime$/m,
      );
      expect(await machine().ok('quantum-realtime resume')).toContain('no PAUSE file in /srv/own');
      expect((await machine().run('quantum-realtime incidents')).code).toBe(0);
      await machine().ok("echo 'limits: { errors: 50 }' > /srv/qt.yaml && quantum-realtime install");
      await machine().ok(`systemctl start ${SERVICE}`);
    });

    test('after kill -9 it is back, and what it had counted is not lost', async () => {
      await machine().ok(`systemctl kill --kill-whom=main --signal=KILL ${SERVICE}`);
      await machine().until(
        `systemctl show ${SERVICE} -p NRestarts -p ActiveState`,
        (out) => /NRestarts=1[\s\S]*active\b/.test(out) && out.includes('ActiveState=active'),
      );
      await status((text) => text.includes('| 6 critical,'));
    });

    test('a pipeline that stands still while the process lives is restarted by the watchdog', async () => {
      // The program as it is built, but for one thing: after a second it asks for no state any more.
      const asks = 'checkpoint: () => checkpoint$.next()';
      const wedged = asks.replace(
        'checkpoint$.next()',
        'process.uptime() < 1 ? checkpoint$.next() : undefined',
      );
      await machine().ok(
        `cp -a ${INSTALLED}/dist /srv/whole && test "$(grep -rlF '${asks}' ${INSTALLED}/dist | wc -l)" = 1 &&
         grep -rlF '${asks}' ${INSTALLED}/dist | xargs sed -i 's/${asks.replace('$', '[$]')}/${wedged}/' &&
         systemctl restart ${SERVICE}`,
      );
      const before = await show('MainPID');
      await machine().until(
        `journalctl --no-pager -o cat -u ${SERVICE} | grep -F 'Watchdog timeout'`,
        (out) => out.includes('Watchdog timeout'),
        60_000,
      );
      await machine().ok(`rm -r ${INSTALLED}/dist && cp -a /srv/whole ${INSTALLED}/dist`);
      await machine().until(
        `systemctl show ${SERVICE} -p MainPID -p ActiveState`,
        (out) => out.includes('ActiveState=active') && !out.includes(`MainPID=${before}\n`),
      );
      expect(await journal()).toContain('nothing evaluated for');
    });

    test('a configuration that is not usable ends it for good, with the reason in the journal', async () => {
      await dropIn('60-wrong', 'Environment=QT_LIMITS_ERRORS=many');
      await machine().run(`systemctl restart ${SERVICE}`);
      expect(await machine().ok(`systemctl show ${SERVICE} -p ActiveState -p ExecMainStatus`)).toMatch(
        /ExecMainStatus=2[\s\S]*ActiveState=failed|ActiveState=failed[\s\S]*ExecMainStatus=2/,
      );
      expect(await journal()).toContain('limits.errors: expected');
      expect((await machine().run('quantum-realtime status')).out).toContain(
        'The service does not run: its settings are not usable. sudo quantum-realtime check-config says what is wrong',
      );
      await withoutDropIn('60-wrong');
      await machine().ok(`systemctl restart ${SERVICE}`);
    });

    test('a stop during a heal waits for its end', async () => {
      await dropIn('60-slow', 'Environment=HEAL_TAKES=4 QT_STATE_DIR=/var/lib/quantum-realtime/second');
      await machine().ok(`rm -f /srv/reports/healed /srv/reports/heal-ended && systemctl restart ${SERVICE}`);
      await engine?.run({ name: 'orders', script: critical(6) });
      await machine().until('ls /srv/reports', (out) => out.includes('healed'), 30_000);
      await machine().ok(`systemctl stop ${SERVICE}`);
      expect(await machine().ok('ls /srv/reports')).toContain('heal-ended');
      expect(await show('Result')).toBe('success');
      expect(await journal()).not.toContain("State 'stop-sigterm' timed out");
    });

    test('uninstall leaves nothing but the reports', async () => {
      await machine().ok(`rm -r /run/systemd/system/${SERVICE}.service.d && quantum-realtime uninstall`);
      const left = await machine().ok(
        "find /etc /opt /usr/local /var/lib /var/cache /run \\( -name '*quantum?realtime*' \\) -not -path '/run/engine/*' 2>/dev/null || true",
      );
      expect(left).toBe('');
      expect(await show('LoadState')).toBe('not-found');
      expect(await machine().ok('ls /srv/reports')).toContain('WEEKLY_HEALTH_REPORT_');
    });

    test('the commands of the page on switching over work as they stand, there and back', async () => {
      await machine().ok(
        `ln -s /run/engine/docker.sock /run/docker.sock; mkdir -p /opt/quantum /usr/local/sbin;
         printf '#!/bin/sh\\nexec "$@"\\n' > /usr/local/sbin/sudo; printf '#!/bin/sh\\n' > /opt/quantum/heal.sh;
         chmod 755 /usr/local/sbin/sudo /opt/quantum/heal.sh;
         printf '[Service]\\nExecStart=/bin/sleep infinity\\n' > /etc/systemd/system/${SERVICE}.service;
         systemctl daemon-reload; systemctl start ${SERVICE}`,
      );
      const page = readFileSync(join(ROOT, 'docs/switching-over.md'), 'utf8');
      const [trial = '', ...blocks] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
        ([, block = '']) => block,
      );
      const trying = await machine().run(`cd ${INSIDE} && timeout --signal=INT 5 sh -ec '${trial}'`);
      expect(trying.out).toMatch(/"dryRun":true[\s\S]*connected to the Docker Engine[\s\S]*stopped/);
      const way = blocks.pop() ?? '';
      for (const block of blocks) await machine().ok(`cd ${INSIDE} && sh -ec '${block}'`);
      expect(await show('FragmentPath')).toContain(SERVICE);
      expect(await machine().ok(`systemctl cat ${SERVICE}`)).toContain(
        'QT_HEAL_COMMAND=/opt/quantum/heal.sh',
      );
      await machine().ok(`sh -ec '${way}'`);
      expect(await machine().ok(`systemctl cat ${SERVICE}`)).toContain('sleep infinity');
    });
  },
  noMachine ?? noEngine,
);
