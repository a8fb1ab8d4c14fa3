import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asyncScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema, type HealConfig } from '../src/config/config.ts';
import { commandHeal, type CommandHealOptions } from '../src/sinks/heal/actions/command.ts';
import { worstOffenders } from '../src/sinks/heal/worst-offenders.ts';
import type { HealEnd, HealProcess } from '../src/sinks/heal/heal-sink.ts';
import { adoptUnit } from '../src/sinks/heal/adopt-unit.ts';
import { outputTail } from '../src/sinks/heal/output-tail.ts';
import { processIdentity } from '../src/sinks/heal/process-identity.ts';
import { restartHeal } from '../src/sinks/heal/actions/restart.ts';
import { systemdRunArgv, systemdRunEnd } from '../src/sinks/heal/systemd-run.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { containing, matching } from './support/matchers.ts';

const WEBHOOK = 'https://discord.com/api/webhooks/1/Tok3n-of-the-webhook_Secret';
const attempt = { attempt: 2, id: '20251217T161807-host-1:heal:2:run', started: OPENED };
const asked = effect({ kind: 'heal', id: attempt.id, story: story({ state: 'healing', heals: [attempt] }) });

let dir: string;
let started: HealProcess[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'heal-'));
  started = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a shell script as the heal command, to its end. */
async function run(
  script: string,
  settings: Partial<HealConfig> = {},
  options: Partial<CommandHealOptions> = {},
): Promise<HealEnd> {
  const config = {
    ...configSchema.parse({}).heal,
    command: ['sh', '-c', script, 'heal'],
    nice: 0,
    ...settings,
  };
  const sink = commandHeal({
    config,
    clock: asyncScheduler,
    env: { PATH: process.env['PATH'] },
    secrets: [WEBHOOK],
    contextDir: dir,
    ...options,
  });
  const run = await sink.start(asked, (process) => started.push(process));
  return run.ended;
}

/** Waits until no process with this id is left; rejects if it will not go. */
async function gone(pid: number): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (processIdentity(pid) === undefined) return;
    await pause(50);
  }
  throw new Error(`process ${pid} is still there`);
}

describe('how a heal ends', () => {
  test('an exit code of 0 is ok, and both streams are kept', async () => {
    expect(await run('echo out; echo err >&2')).toEqual({
      result: 'ok',
      detail: 'exit code 0',
      exitCode: 0,
      output: matching(/^(?:out\nerr\n|err\nout\n)$/),
    });
  });

  test('another exit code is a failure', async () => {
    expect(await run('echo no; exit 3')).toMatchObject({ result: 'failed', exitCode: 3, output: 'no\n' });
  });

  test('a signal is a failure', async () => {
    const end = await run('kill -KILL $$');
    expect(end).toMatchObject({ result: 'failed', detail: 'ended by SIGKILL' });
    expect(end).not.toHaveProperty('exitCode');
  });

  test.each([126, 127])('exit code %i means that the command is broken', async (code) => {
    expect(await run(`exit ${code}`)).toMatchObject({ result: 'broken', exitCode: code });
  });

  test('a program that is not there is broken, with and without nice', async () => {
    const missing = { command: [join(dir, 'no-such-program')] };
    expect(await run('', missing)).toMatchObject({
      result: 'broken',
      detail: 'could not be started (ENOENT)',
    });
    expect(await run('', { ...missing, nice: 10 })).toMatchObject({ result: 'broken', exitCode: 127 });
    expect(started.length).toBeLessThanOrEqual(1);
  });

  test('a file that cannot be executed is broken', async () => {
    const script = join(dir, 'script');
    writeFileSync(script, 'echo hello', { mode: 0o600 });
    expect(await run('', { command: [script] })).toMatchObject({ result: 'broken' });
    expect(await run('', { command: [script], nice: 5 })).toMatchObject({ result: 'broken', exitCode: 126 });
  });

  test('a folder that is not there is broken too, not a crash', async () => {
    expect(await run('true', { cwd: join(dir, 'nowhere') })).toMatchObject({ result: 'broken' });
  });

  test('without a command nothing is run', async () => {
    expect(await run('', { command: [] })).toMatchObject({ result: 'broken' });
  });

  test('a dry run shows what would run, and runs nothing', async () => {
    const end = await run(`touch ${dir}/ran`, { dryRun: true });
    expect(end).toMatchObject({ result: 'dry-run', output: `would run: sh -c "touch ${dir}/ran" heal` });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a heal that runs out of time', () => {
  test('gets SIGTERM and may end by it', async () => {
    const script = 'trap "echo tidied up; exit 0" TERM; echo ready; while :; do sleep 0.05; done';
    expect(await run(script, { timeout: 1_500, killGrace: 10_000 })).toMatchObject({
      result: 'timeout',
      output: matching(/^ready\n(?:Terminated\n)?tidied up\n$/),
    });
  });

  test('is killed with all its descendants when it ignores SIGTERM', async () => {
    const script = `trap "" TERM; (trap "" TERM; echo $$ >/dev/null; sh -c 'echo $$ > ${dir}/grandchild; exec sleep 300') & wait; sleep 300`;
    const end = await run(script, { timeout: 1_500, killGrace: 200 });
    expect(end).toMatchObject({ result: 'timeout', detail: containing('SIGKILL') });
    const grandchild = Number(readFileSync(join(dir, 'grandchild'), 'utf8'));
    expect(grandchild).toBeGreaterThan(0);
    await gone(grandchild);
  });

  test('takes along a grandchild that ignores SIGTERM though its parent heeds it', async () => {
    const script = `(trap "" TERM; sh -c 'echo $$ > ${dir}/grandchild; exec sleep 300' >/dev/null 2>&1) & trap "exit 1" TERM; while :; do sleep 0.05; done`;
    expect(await run(script, { timeout: 1_500, killGrace: 300 })).toMatchObject({
      result: 'timeout',
      exitCode: 1,
    });
    await gone(Number(readFileSync(join(dir, 'grandchild'), 'utf8')));
  });
});

describe('what a heal is given', () => {
  test('the facts of the incident as variables, and nothing that is ours or secret', async () => {
    const env = {
      PATH: process.env['PATH'],
      NOTIFY_SOCKET: '/run/notify',
      WATCHDOG_USEC: '1',
      WATCHDOG_PID: '2',
      CREDENTIALS_DIRECTORY: '/run/credentials',
      QT_ALERT_WEBHOOK: WEBHOOK,
      SOMETHING_ELSE: `x${WEBHOOK}`,
      DOCKER_HOST: 'unix:///run/docker.sock',
    };
    const { output } = await run('env', { env: { EXTRA: 'yes' } }, { env });
    const lines = output.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'QT_INCIDENT_ID=20251217T161807-host-1',
        'QT_REASONS=21 critical events (threshold: 5); 54 errors (threshold: 50)',
        'QT_ATTEMPT=2',
        'QT_ATTEMPT_ID=20251217T161807-host-1:heal:2:run',
        'QT_CRITICAL=21',
        'QT_CONTAINERS_TO_BLAME=quantum_postgres,quantum_ai_engine',
        'DOCKER_HOST=unix:///run/docker.sock',
        'EXTRA=yes',
      ]),
    );
    for (const name of [
      'NOTIFY_SOCKET',
      'WATCHDOG_',
      'CREDENTIALS_DIRECTORY',
      'QT_ALERT_WEBHOOK',
      'SOMETHING_ELSE',
    ]) {
      expect(output).not.toContain(name);
    }
    expect(output).not.toContain('FATAL');
  });

  test('the whole story in a file that only we may read, gone once the heal has ended', async () => {
    const { output } = await run('stat -c %a "$QT_CONTEXT_FILE"; cat "$QT_CONTEXT_FILE"');
    const [mode, text = ''] = output.split('\n');
    expect(mode).toBe('600');
    expect(JSON.parse(text)).toMatchObject({
      incident: '20251217T161807-host-1',
      groups: [{ count: 21 }, { count: 43 }],
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  test('no shell: arguments arrive as they stand', async () => {
    const command = ['printf', '%s|', '$HOME', '`id`', 'a b; c'];
    expect(await run('', { command })).toMatchObject({ output: '$HOME|`id`|a b; c|' });
  });

  test('a lower priority, and a process group of its own', async () => {
    const { output } = await run('nice; ps -o pid=,pgid= -p $$', { nice: 7 });
    const [nice, ids = ''] = output.split('\n');
    const [pid, group] = ids.trim().split(/\s+/);
    expect(nice).toBe('7');
    expect(group).toBe(pid);
    expect(started[0]?.pid).toBe(Number(pid));
  });
});

describe('what has left the process group of a heal that runs out of time', () => {
  const script = (): string =>
    `setsid sh -c 'trap "" TERM; echo $$ > ${dir}/left; while :; do sleep 0.05; done' & until [ -s ${dir}/left ]; do sleep 0.05; done; sleep 300`;
  const isAlive = (): boolean =>
    processIdentity(Number(readFileSync(join(dir, 'left'), 'utf8'))) !== undefined;

  test('is ended as well, though it ignores SIGTERM', async () => {
    const end = await run(script(), { timeout: 1_500, killGrace: 200 });
    expect(end).toMatchObject({ result: 'timeout', detail: 'ran out of time; ended by SIGTERM' });
    expect(isAlive()).toBe(false);
  });

  test('is said where it is not ours to end', async () => {
    const kill = process.kill.bind(process);
    const refused = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      if (pid > 0) throw new Error('EPERM');
      return kill(pid, signal);
    });
    const end = await run(script(), { timeout: 1_500, killGrace: 200 });
    refused.mockRestore();
    const left = Number(readFileSync(join(dir, 'left'), 'utf8'));
    expect(end.detail).toContain(`still alive: sh (${left})`);
    process.kill(left, 'SIGKILL');
  });

  test('runs on where the heal ended by itself: it may have started a service', async () => {
    expect(await run(script().replace('sleep 300', 'exit 0'), { timeout: 20_000 })).toMatchObject({
      result: 'ok',
    });
    expect(isAlive()).toBe(true);
    process.kill(Number(readFileSync(join(dir, 'left'), 'utf8')), 'SIGKILL');
  });
});

describe('what is kept of its output', () => {
  test('the last 64 KiB, and how much was dropped', async () => {
    const { output } = await run('seq 1 40000; echo the end');
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1_024 + 100);
    expect(output).toMatch(/^\(\d+ earlier bytes dropped\)\n\d+\n/);
    expect(output.endsWith('40000\nthe end\n')).toBe(true);
  });

  test('secrets are masked', async () => {
    const { output } = await run(`echo PGPASSWORD=hunter22; echo posting to ${WEBHOOK}`);
    expect(output).toBe('PGPASSWORD=***\nposting to ***\n');
  });

  test('a grandchild that keeps the pipes open does not hold up the end', async () => {
    const end = await run(`echo done; sleep 300 & echo $! > ${dir}/left`);
    expect(end).toMatchObject({ result: 'ok', output: 'done\n' });
    const left = Number(readFileSync(join(dir, 'left'), 'utf8'));
    expect(processIdentity(left)).toBeDefined();
    process.kill(left);
  });

  test('memory stays bounded however much is written', () => {
    const tail = outputTail(1_000);
    for (let n = 0; n < 10_000; n += 1) tail.write(Buffer.from(`line ${n}\n`));
    expect(tail.text().length).toBeLessThan(1_100);
    expect(tail.text()).toContain('line 9999\n');
  });
});

describe('a heal that outlived the monitor', () => {
  const sink = commandHeal({
    config: configSchema.parse({}).heal,
    clock: asyncScheduler,
    env: {},
    secrets: [],
  });

  test('is waited for, and its result is unknown', async () => {
    const running = run(`until [ -e ${dir}/go ]; do sleep 0.05; done`);
    const known = await firstStarted();
    const adopted = sink.adopt({ ...known, deadline: Date.now() + 60_000 });
    expect(adopted).toBeDefined();
    writeFileSync(join(dir, 'go'), '');
    expect(await adopted?.ended).toMatchObject({ result: 'unknown' });
    expect(await running).toMatchObject({ result: 'ok' });
  });

  test('is killed at its deadline', async () => {
    const running = run('trap "" TERM; while :; do sleep 0.05; done');
    const adopted = sink.adopt({ ...(await firstStarted()), deadline: Date.now() + 200 });
    expect(await adopted?.ended).toMatchObject({
      result: 'unknown',
      detail: containing('out of time'),
    });
    expect(await running).toMatchObject({ detail: 'ended by SIGKILL' });
  });

  test('is not mistaken for a later process with the same id', async () => {
    const running = run('sleep 0.3');
    const known = await firstStarted();
    expect(known.effect).toBe(attempt.id);
    expect(sink.adopt({ ...known, startTime: `${known.startTime}1` })).toBeUndefined();
    expect(sink.adopt({ ...known, bootId: 'another boot' })).toBeUndefined();
    await running;
    expect(sink.adopt(known)).toBeUndefined();
  });

  async function firstStarted(): Promise<HealProcess> {
    for (let look = 0; look < 200; look += 1) {
      const [process] = started;
      if (process !== undefined) return process;
      await pause(20);
    }
    throw new Error('the heal did not start');
  }
});

describe('the built-in restart', () => {
  const config = { ...configSchema.parse({}).heal, action: 'restart', timeout: 2_000 } as const;

  test('restarts the containers to blame, one after the other, worst first', async () => {
    const calls: string[] = [];
    const sink = restartHeal({
      config,
      clock: asyncScheduler,
      restart: async (container) => {
        calls.push(`${container} begins`);
        await pause(5);
        calls.push(`${container} is back`);
      },
    });
    const end = await (await sink.start(asked, () => undefined)).ended;
    expect(end).toMatchObject({
      result: 'ok',
      output: 'restarted quantum_postgres\nrestarted quantum_ai_engine',
    });
    expect(calls).toEqual([
      'quantum_postgres begins',
      'quantum_postgres is back',
      'quantum_ai_engine begins',
      'quantum_ai_engine is back',
    ]);
  });

  test('one that cannot be restarted makes it fail, but does not spare the others', async () => {
    const restart = (container: string): Promise<void> =>
      container === 'quantum_postgres' ? Promise.reject(new Error('no such container')) : Promise.resolve();
    const end = await (
      await restartHeal({ config, clock: asyncScheduler, restart }).start(asked, () => undefined)
    ).ended;
    expect(end).toMatchObject({
      result: 'failed',
      detail: '1 of 2 containers restarted',
      output: containing('not restarted: quantum_postgres: Error: no such container'),
    });
  });

  test('an engine that does not answer is a time-out', async () => {
    const restart = (): Promise<void> => new Promise(() => undefined);
    const sink = restartHeal({ config: { ...config, timeout: 50 }, clock: asyncScheduler, restart });
    expect(await (await sink.start(asked, () => undefined)).ended).toMatchObject({ result: 'timeout' });
  });

  test('once its time is up, or it is killed, no further container is restarted', async () => {
    for (const how of ['time', 'kill']) {
      const calls: string[] = [];
      let answer = (): void => undefined;
      const restart = (container: string): Promise<void> => {
        calls.push(container);
        return new Promise((resolve) => (answer = resolve));
      };
      const clock = new VirtualClock();
      const run = await restartHeal({ config, clock, restart }).start(asked, () => undefined);
      if (how === 'time') clock.advanceTo(config.timeout);
      else run.kill();
      answer();
      await run.ended;
      await new Promise(setImmediate);
      expect(calls).toEqual(['quantum_postgres']);
    }
  });

  test('with nobody to blame nothing is restarted, least of all everything', async () => {
    let calls = 0;
    const restart = (): Promise<void> => Promise.resolve(void (calls += 1));
    const blameless = effect({ kind: 'heal', story: story({ containers: {} }) });
    const end = await (
      await restartHeal({ config, clock: asyncScheduler, restart }).start(blameless, () => undefined)
    ).ended;
    expect([end.result, calls]).toEqual(['failed', 0]);
  });
});

describe('which containers are to blame', () => {
  const counts = (error: number) => ({ critical: 0, error, warning: 0, restart: 0 });
  const errors = { rule: 'errors', kinds: ['error'], count: 60, limit: 50 } as const;

  test('the fewest without which the limit would not have been reached', () => {
    const containers = { a: counts(15), b: counts(40), c: counts(5) };
    expect(worstOffenders(story({ breaches: [errors], containers }))).toEqual(['b']);
  });

  test('the one container of a rule that counts each on its own', () => {
    const containers = { a: counts(55), b: counts(40) };
    expect(worstOffenders(story({ breaches: [{ ...errors, container: 'b' }], containers }))).toEqual(['b']);
  });
});

describe('a heal through systemd-run', () => {
  const options = {
    attemptId: attempt.id,
    command: ['/opt/heal', '--all'],
    env: { QT_INCIDENT_ID: 'secret-free', EXTRA: 'value' },
    timeout: 300_000,
    killGrace: 10_000,
    nice: 10,
  };

  test('is a transient unit named for its attempt, with our limits, and no value in its arguments', () => {
    expect(systemdRunArgv({ ...options, cwd: '/srv' })).toEqual([
      'systemd-run',
      '--unit=quantum-realtime-heal-20251217T161807-host-1-heal-2-run',
      '--wait',
      '--pipe',
      '--collect',
      '--property=RuntimeMaxSec=300',
      '--property=TimeoutStopSec=10',
      '--property=KillMode=control-group',
      '--property=Nice=10',
      '--working-directory=/srv',
      '--setenv=QT_INCIDENT_ID',
      '--setenv=EXTRA',
      '--',
      '/opt/heal',
      '--all',
    ]);
  });

  test('its exit is read in our terms', () => {
    const begun = 'Running as unit: quantum-realtime-heal-1.service\n';
    const end = { result: 'failed', detail: 'exit code', output: begun } as const;
    expect(systemdRunEnd({ ...end, exitCode: 203 })).toMatchObject({ result: 'broken' });
    const late = `${begun}Finished with result: timeout`;
    expect(systemdRunEnd({ ...end, exitCode: 1, output: late })).toMatchObject({ result: 'timeout' });
    const flood = '(70000 earlier bytes dropped)\nstill no database';
    expect(systemdRunEnd({ ...end, exitCode: 1, output: flood })).toMatchObject({ result: 'failed' });
    expect(systemdRunEnd({ ...end, exitCode: 1 })).toMatchObject({ result: 'failed' });
  });

  test.each([
    'Failed to find executable /opt/heal: No such file or directory',
    'Failed to start transient service unit: Access denied',
    'Failed to connect to bus: No such file or directory',
  ])('what systemd never began is broken: %s', (output) => {
    const end = systemdRunEnd({ result: 'failed', detail: 'exit code 1', output, exitCode: 1 });
    expect(end).toMatchObject({ result: 'broken', detail: containing(output) });
  });

  test('an attempt that has been run before is not run again, and what it did is not known', () => {
    const output =
      'Failed to start transient service unit: Unit x.service was already loaded or has a fragment file.';
    const end = systemdRunEnd({ result: 'failed', detail: 'exit code 1', output, exitCode: 1 });
    expect(end).toMatchObject({ result: 'unknown', detail: 'this attempt has been run before' });
  });

  test('goes on when the monitor does not, and is waited for by asking systemd', async () => {
    const asked: string[] = [];
    const states = ['active\n', 'deactivating\n', 'inactive\n'];
    const clock = new VirtualClock();
    clock.advanceTo(OPENED);
    const known = { effect: attempt.id, pid: 1, startTime: '1', bootId: 'x', deadline: OPENED + 300_000 };
    const { ended } = adoptUnit(known, clock, (program, args) => {
      asked.push([program, ...args].join(' '));
      return Promise.resolve(states.shift() ?? '');
    });
    for (let look = 0; look < 3; look += 1) {
      await new Promise(setImmediate);
      clock.advanceTo(clock.now() + 2_000);
    }
    expect(await ended).toMatchObject({ result: 'unknown' });
    const unit = 'quantum-realtime-heal-20251217T161807-host-1-heal-2-run.service';
    expect(asked).toEqual(
      Array.from({ length: 3 }, () => `systemctl show --property=ActiveState --value ${unit}`),
    );
  });
});
