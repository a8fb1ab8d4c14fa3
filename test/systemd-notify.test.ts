import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Health } from '../src/state/disk.ts';
import { notifySystemd, type NotifyOptions, watchdogInterval } from '../src/systemd/notify-systemd.ts';
import { progress } from '../src/systemd/progress.ts';
import { statusLine, type StatusFacts } from '../src/systemd/status-line.ts';

const quiet = { healing: { starts: [], cooldownUntil: 0, streak: 0, lastEnd: 0, lastCooldown: 0 } };

describe('what systemd is told', () => {
  let told: string[];
  let arrives: boolean;
  let clock: VirtualTimeScheduler;
  beforeEach(() => {
    told = [];
    arrives = true;
    clock = new VirtualTimeScheduler();
  });
  const notify = (options: Partial<NotifyOptions> = {}) =>
    notifySystemd({
      status$: new Subject<string>(),
      trouble: () => undefined,
      clock,
      log: { warn: () => undefined, info: () => undefined },
      env: { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '10000000' },
      send: (fields) => {
        told.push(`${clock.now() / 1_000} ${fields.join(' ')}`);
        return Promise.resolve(arrives);
      },
      ...options,
    });
  /** Lets so many seconds pass, with everything that is promised in between. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await new Promise(setImmediate);
      clock.maxFrames = clock.now() + 1_000;
      clock.flush();
      clock.frame = clock.maxFrames;
    }
    await new Promise(setImmediate);
  };

  test('that it is ready, then that it lives, at half of the watchdog’s time', async () => {
    notify();
    await pass(12);
    expect(told).toEqual(['0 READY=1', '0 WATCHDOG=1', '5 WATCHDOG=1', '10 WATCHDOG=1']);
  });

  test('nothing of its life while there is trouble, and at once when that is over', async () => {
    let trouble: string | undefined;
    notify({ trouble: () => trouble });
    await pass(4);
    trouble = 'nothing evaluated';
    await pass(20);
    trouble = undefined;
    await pass(2);
    expect(told.map((one) => one.split(' ')[1])).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  });

  test('a sign of life that did not arrive is sent again every second', async () => {
    arrives = false;
    notify();
    await pass(3);
    expect(told.filter((one) => one.endsWith('WATCHDOG=1'))).toHaveLength(4);
  });

  test('the status in one line, only when it has changed, and nothing after the stop', async () => {
    const status$ = new Subject<string>();
    const systemd = notify({ status$, env: { NOTIFY_SOCKET: '/run/notify' } });
    for (const text of ['a\nREADY=1', 'a READY=1', 'b']) status$.next(text);
    systemd.stopping('stopping');
    systemd.stopping('stopped');
    status$.next('c');
    await pass(1);
    expect(told.map((one) => one.slice(one.indexOf(' ') + 1))).toEqual([
      'READY=1',
      'STATUS=a READY=1',
      'STATUS=b',
      'STOPPING=1 STATUS=stopping',
    ]);
  });

  test('nothing where nobody listens, and no child inherits the socket', () => {
    const env = { NOTIFY_SOCKET: '/run/notify' };
    notify({ env });
    expect(env).toEqual({});
    notify({ env: {}, send: undefined }).stopping('no');
    expect(told).toEqual([]);
  });

  test('a watchdog for another process is not ours to feed', () => {
    expect(watchdogInterval({ WATCHDOG_USEC: '120000000', WATCHDOG_PID: '1' }, 2)).toBeUndefined();
    expect(watchdogInterval({ WATCHDOG_USEC: '120000000', WATCHDOG_PID: '2' }, 2)).toBe(60_000);
    expect(watchdogInterval({}, 2)).toBeUndefined();
  });
});

describe('progress', () => {
  const clock = new VirtualTimeScheduler();
  const at = (seconds: number): void => void (clock.frame = seconds * 1_000);
  let health: Health;
  beforeEach(() => {
    at(0);
    health = { writable: true, lastCommit: 1 };
  });

  test('a quiet host makes progress as long as its state is evaluated and stored', () => {
    const { evaluated, trouble } = progress(() => health, clock, {});
    at(40);
    evaluated(quiet);
    health = { writable: true, lastCommit: 30_000 };
    at(60);
    expect(trouble()).toBeUndefined();
  });
  test('a pipeline that stands still is trouble', () => {
    const { trouble } = progress(() => health, clock, {});
    at(31);
    expect(trouble()).toBe('nothing evaluated for 31 s');
  });
  test('a store that says what is wrong is a known state, one that neither writes nor complains is not', () => {
    const { evaluated, trouble } = progress(() => health, clock, {});
    at(70);
    evaluated(quiet);
    expect(trouble()).toBe('nothing stored for 70 s');
    health = { writable: false, lastCommit: 1, problem: 'the disk is full' };
    expect(trouble()).toBeUndefined();
  });
  test('a heal that outlives its own deadline is trouble', () => {
    const { evaluated, trouble } = progress(() => health, clock, {});
    at(50);
    const running = { key: 'host', id: 'one', started: 0, deadline: 15_000 };
    evaluated({ healing: { ...quiet.healing, running } });
    expect(trouble()).toMatch(/heal/);
  });
});

describe('the status line', () => {
  const facts: StatusFacts = {
    dryRun: false,
    sources: [{ id: 'docker', kind: 'docker', endpoint: 'unix:///x', state: 'up', since: 0 }],
    containers: [1, 2, 3],
    window: { length: 3_600_000, counts: { critical: 5, error: 60, warning: 9, restart: 2 } },
    incidents: [],
    heal: { budget: { used: 0, limit: 4, window: 86_400_000 } },
    store: { writable: true },
    starts: 1,
  };
  test('of a host where all is well', () => {
    expect(statusLine(facts)).toBe(
      'watching 3 containers | 5 critical, 60 errors, 2 restarts in 1h | no incident',
    );
  });
  test('tells what is open, spent, and wrong', () => {
    const since = new Date(2026, 0, 1, 14, 32).getTime();
    const open = { id: 'I42', state: 'verifying', since } as StatusFacts['incidents'][number];
    const heal = { budget: { used: 1, limit: 4, window: 1 } };
    const line = statusLine({
      ...facts,
      incidents: [open],
      heal,
      blind: 'x',
      store: { writable: false },
      starts: 7,
    });
    expect(line).toBe(
      'watching 3 containers, not all can be read | 5 critical, 60 errors, 2 restarts in 1h | I42 verifying since 14:32 | heals 1/4 | the state cannot be stored | started 7 times in 24h',
    );
  });
  test('tells which source is away, and of a host with one that it is waited for', () => {
    const since = new Date(2026, 0, 1, 14, 32).getTime();
    const docker = { id: 'docker', kind: 'docker', endpoint: 'unix:///x', state: 'down', since } as const;
    const files = { id: 'files', kind: 'files', endpoint: '/var/log', state: 'up', since: 0 } as const;
    expect(statusLine({ ...facts, sources: [docker] })).toMatch(/^waiting for Docker since 14:32 \|/);
    expect(statusLine({ ...facts, sources: [docker, files], blind: 'docker: away' })).toMatch(
      /^watching 3 containers, docker away since 14:32 \|/,
    );
  });
});

const systemd = await execa('systemd-analyze', ['--version'], { reject: false });
test.skipIf(systemd.exitCode !== 0)(
  'the unit is exposed no more than 2.0, and says why of all that is left off (needs systemd-analyze)',
  async () => {
    const { exitCode, stdout } = await execa(
      'systemd-analyze',
      ['security', '--offline=yes', '--threshold=20', '--no-pager', 'deploy/quantum_realtime.service'],
      { reject: false },
    );
    expect(`${exitCode} ${stdout.trim().split('\n').at(-1) ?? ''}`).toMatch(/^0 /);
    const off = [...stdout.matchAll(/^✗ (\w+)=/gm)].map(([, directive = '']) => directive);
    const said = readFileSync('deploy/quantum_realtime.service', 'utf8').replaceAll(/^[^#].*$/gm, '');
    // NotifyAccess is explained where it stands, by the value it has.
    expect(off.filter((directive) => !said.includes(directive) && directive !== 'NotifyAccess')).toEqual([]);
    expect(off.length).toBeGreaterThan(5);
  },
);
