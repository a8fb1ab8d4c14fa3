import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ContainerStatus, RestartCause, Signal } from '../src/model.ts';
import type { Restart } from '../src/streams/source.ts';
import { entryUnit } from '../src/streams/journald/entry-unit.ts';
import { type JournalEntry, microsOf, stampOf } from '../src/streams/journald/journal-entry.ts';
import { unitEvent } from '../src/streams/journald/unit-event.ts';
import type { UnitRun } from '../src/streams/journald/unit-run.ts';
import { parseUnitStates } from '../src/streams/journald/unit-states.ts';
import { unitTracker } from '../src/streams/journald/unit-tracker.ts';
import { Play } from './incident/play.ts';

const COUNT: readonly RestartCause[] = ['crash', 'policy', 'oom'];
const BOOT = 'a'.repeat(32);

/** What systemd 252 has logged of units that crash, hang, are stopped and started: as `journalctl -o json` gave it. */
const RECORDED = readFileSync(join(import.meta.dirname, 'fixtures/journald/systemd-252.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as JournalEntry);

function track(entries: readonly JournalEntry[], saved: readonly UnitRun[] = []) {
  const restarts: Restart[] = [];
  const out: (Signal | ContainerStatus)[] = [];
  const tracker = unitTracker({ count: COUNT, onRestart: (restart) => restarts.push(restart) }, saved);
  for (const entry of entries) {
    const { at } = stampOf(microsOf(entry) ?? '0000');
    const of = entryUnit(entry);
    const event = of?.byManager === true ? unitEvent(entry, of.unit, at) : undefined;
    if (event !== undefined) out.push(...tracker.event(event));
  }
  return { tracker, restarts, out };
}

describe('what systemd 252 says of real units', () => {
  const { restarts, out } = track(RECORDED);
  const named = (unit: string) => `journald:${unit}.service`;

  test.each<[unit: string, restarts: readonly (readonly [RestartCause, string])[]]>([
    ['crash', [['crash', 'restarted by systemd after exit code 3'], ['crash', 'restarted by systemd after exit code 3']]],
    ['always', [['policy', 'restarted by systemd after exit code 0'], ['policy', 'restarted by systemd after exit code 0']]],
    ['aborts', [['crash', 'restarted by systemd after signal SIGABRT']]],
    ['watched', [['crash', 'restarted by systemd after a watchdog timeout']]],
    ['late', [['crash', 'restarted by systemd after a timeout']]],
    ['long', [['manual', 'started again by request'], ['manual', 'started again by request'], ['crash', 'restarted by systemd after signal SIGKILL']]],
    ['fails', [['manual', 'started again by request']]],
    ['once', []],
    ['remains', []],
    ['missing', []],
    ['skipped', []],
    ['waiting', []],
    ['ignores', []],
  ])('why %s was started again', (unit, expected) => {
    const found = restarts.filter(({ container }) => container === named(unit));
    expect(found.map(({ cause, text }) => [cause, text])).toEqual(expected);
    const signals = out.filter((one) => one.type === 'signal' && one.container === named(unit));
    expect(signals).toHaveLength(expected.filter(([cause]) => COUNT.includes(cause)).length);
  }); // prettier-ignore

  test('what is down in the end, and nobody stopped, is told by name with how it ended', () => {
    const play = new Play({ limits: { restarts: 'off', critical: 'off' } });
    for (const status of out) if (status.type === 'container') play.feed(status, status.at);
    play.feed({ type: 'tick', at: play.state.now + 180_000 }, play.state.now + 180_000);
    const { breaches } = play.incident();
    expect(
      breaches.map(({ container, detail = '' }) => `${container ?? ''}:${detail.split(':').at(-1) ?? ''}`),
    ).toEqual([
      'journald:missing.service: exit code 203',
      'journald:fails.service: exit code 4',
      'journald:aborts.service: exit code 134',
      'journald:watched.service: exit code 134',
      'journald:crash.service: exit code 3',
    ]);
  });

  test.each<[unit: string, states: readonly string[]]>([
    ['crash', ['running', 'exited', 'restarting', 'running', 'exited', 'restarting', 'running', 'exited', 'restarting', 'exited']],
    ['always', ['running', 'exited as expected', 'restarting', 'running', 'exited as expected', 'restarting', 'running', 'exited as expected', 'stopped']],
    ['fails', ['running', 'exited', 'running', 'exited']],
    ['once', ['running', 'exited as expected', 'running', 'exited as expected']],
    ['remains', ['running', 'exited as expected', 'stopped']],
    ['long', ['running', 'stopped', 'restarting for an operator', 'running', 'stopped', 'running', 'exited', 'restarting', 'running']],
    ['waiting', ['running', 'exited', 'stopped']],
    ['ignores', ['running', 'stopped']],
    ['missing', ['running', 'exited']],
    ['skipped', []],
  ])('how %s has been', (unit, expected) => {
    const states = out.flatMap((one) =>
      one.type === 'container' && one.container === named(unit) ? [inWords(one)] : [],
    );
    expect(states).toEqual(expected);
  }); // prettier-ignore

  test('a tracker that is replaced after every message by one that goes on says the same', () => {
    let saved: readonly UnitRun[] = [];
    const again: Restart[] = [];
    for (const entry of RECORDED) {
      const { tracker, restarts: more } = track([entry], saved);
      again.push(...more);
      const units = new Set([...saved.map(({ unit }) => unit), String(entry['UNIT'])]);
      saved = [...units].flatMap((unit) => tracker.run(unit) ?? []);
      saved = JSON.parse(JSON.stringify(saved)) as UnitRun[];
    }
    expect(again).toEqual(restarts);
  });
});

const STARTED = '39f53479d3a045ac8e11786248231fbf';
const FAILED = 'd9b373ed55a64feb8242e02dbe79a49c';
const SCHEDULED = '5eb03494b6584870a536b337290809b3';
const STOPPED = '9d1aaa27d60140bd96365438aad20286';
const EXITED = '98e322203f7a4ed290d09fe03c09fe15';
const OOM = 'fe6faa94e7774663a0da52717891d8ef';
let micros = 1_795_000_000_000_000n;

function said(MESSAGE_ID: string, fields: Readonly<Record<string, string>> = {}): JournalEntry {
  micros += 400_000n;
  return {
    __REALTIME_TIMESTAMP: String(micros),
    __MONOTONIC_TIMESTAMP: String(micros % 1_000_000_000n),
    _BOOT_ID: BOOT,
    _PID: '1',
    _UID: '0',
    UNIT: 'api.service',
    INVOCATION_ID: 'first',
    MESSAGE_ID,
    ...fields,
  };
}

const scheduled = (fields?: Readonly<Record<string, string>>) =>
  said(SCHEDULED, { N_RESTARTS: '1', ...fields });

test('running out of memory is critical once for all its processes, and the restart after it has that cause', () => {
  const { restarts, out } = track([
    said(STARTED),
    said(OOM),
    said(OOM),
    said(FAILED, { UNIT_RESULT: 'oom-kill' }),
    scheduled(),
    said(STARTED, { INVOCATION_ID: 'second' }),
    said(OOM, { INVOCATION_ID: 'second' }),
  ]);
  expect(restarts).toMatchObject([
    { cause: 'oom', text: 'restarted by systemd after running out of memory', counted: true },
  ]);
  expect(out.filter((one) => one.type === 'signal')).toMatchObject([
    { kind: 'critical', rule: 'journald:oom', text: 'out of memory: a process of the unit was killed' },
    { kind: 'restart', rule: 'journald:restart', cause: 'oom', container: 'journald:api.service' },
    { kind: 'critical', rule: 'journald:oom' },
  ]);
});

test('a restart whose stop is not told, as since systemd 254, is counted once', () => {
  const { restarts } = track([
    said(STARTED),
    said(FAILED, { UNIT_RESULT: 'exit-code' }),
    scheduled(),
    said('7d4958e842da4a758f6c1cdc7b36dcc5', { INVOCATION_ID: 'second', JOB_TYPE: 'start' }),
    said(STARTED, { INVOCATION_ID: 'second' }),
  ]);
  expect(restarts.map(({ cause }) => cause)).toEqual(['crash']);
});

test('a unit that runs again after a boot was started with the host', () => {
  const { restarts } = track([
    said(STARTED),
    said(STARTED, { INVOCATION_ID: 'second', _BOOT_ID: 'b'.repeat(32) }),
  ]);
  expect(restarts).toMatchObject([{ cause: 'engine', text: 'started again with the host', counted: false }]);
});

test.each<[string, readonly JournalEntry[]]>([
  ['was given up by systemd', [said(FAILED, { UNIT_RESULT: 'exit-code' }), scheduled(), said(FAILED, { UNIT_RESULT: 'exit-code' })]],
  ['was stopped while it waited', [said(FAILED, { UNIT_RESULT: 'exit-code' }), scheduled(), said(STOPPED, { JOB_TYPE: 'stop' })]],
  ['had failed before anything else was read of it', [said(FAILED, { UNIT_RESULT: 'exit-code' })]],
])('a unit that %s has been started by request', (_, entries) => {
  const { restarts } = track([...entries, said(STARTED, { INVOCATION_ID: 'second' })]);
  expect(restarts.map(({ cause }) => cause)).toEqual(['manual']);
}); // prettier-ignore

test.each([
  ['what comes before the main process', 'ExecStartPre', 'restarted by systemd after exit code 7'],
  ['a reload that failed', 'ExecReload', 'restarted by systemd after its end (exit-code)'],
])('how the end of %s is told', (_, COMMAND, text) => {
  const { restarts } = track([
    said(STARTED),
    said(EXITED, { COMMAND, EXIT_CODE: 'exited', EXIT_STATUS: '7' }),
    said(FAILED, { UNIT_RESULT: 'exit-code' }),
    scheduled(),
    said(STARTED, { INVOCATION_ID: 'second' }),
  ]);
  expect(restarts).toMatchObject([{ text }]);
});

test('what is read first may be the middle of a crash loop', () => {
  expect(track([scheduled(), said(STARTED, { INVOCATION_ID: 'second' })]).restarts).toMatchObject([
    { cause: 'crash', text: 'restarted by systemd after its end (unknown)' },
  ]);
});

test.each([
  ['another process that claims to tell of a unit', { _PID: '4711' }],
  ['a message without meaning for it', { MESSAGE_ID: 'f'.repeat(32) }],
  ['a unit without a process', { UNIT: 'api.timer' }],
])('%s is no event', (_, fields) => {
  expect(track([said(STARTED, fields), said(STARTED, { ...fields, INVOCATION_ID: 'second' })]).out).toEqual(
    [],
  );
});

describe('what systemctl answers', () => {
  const block = (fields: Readonly<Record<string, string>>) =>
    Object.entries({
      Id: 'api.service',
      LoadState: 'loaded',
      ActiveState: 'active',
      SubState: 'running',
      Result: 'success',
      InvocationID: 'first',
      StateChangeTimestampMonotonic: '5000',
      LogLevelMax: '-1',
      ...fields,
    })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');

  test.each<[string, Readonly<Record<string, string>>, object | undefined]>([
    ['a unit that runs', {}, { state: 'running' }],
    ['one that is being started', { ActiveState: 'activating', SubState: 'start' }, { state: 'running' }],
    ['one that waits to be restarted', { ActiveState: 'activating', SubState: 'auto-restart' }, { state: 'restarting' }],
    ['one that has failed', { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' }, { state: 'exited', result: 'exit-code' }],
    ['one that has ended', { ActiveState: 'inactive', SubState: 'dead' }, { state: 'exited', result: 'success' }],
    ['one that has never run', { ActiveState: 'inactive', StateChangeTimestampMonotonic: '0' }, undefined],
    ['one that does not exist', { LoadState: 'not-found' }, undefined],
    ['one that is no service', { Id: 'api.timer' }, undefined],
    ['one whose restarts cannot be seen', { LogLevelMax: '4' }, { warning: 'its restarts are not seen: LogLevelMax=4 keeps systemd from telling of them' }],
  ])('%s', (_, fields, expected) => {
    const [found, second] = parseUnitStates(`${block(fields)}\n\n${block({ Id: 'db.service' })}\n`, BOOT);
    if (expected === undefined) expect(found?.unit).toBe('db.service');
    else expect([found, second?.unit]).toMatchObject([{ unit: 'api.service', ...expected }, 'db.service']);
  }); // prettier-ignore

  const answer = (fields: Readonly<Record<string, string>>) => parseUnitStates(block(fields), BOOT)[0];

  test('a unit that has said nothing is known by it', () => {
    const found = answer({});
    const { tracker } = track([]);
    expect(found && tracker.asked(found, 7)).toMatchObject([{ state: 'running', at: 7, container: 'journald:api.service' }]);
    expect(found && tracker.asked(found, 8)).toEqual([]);
  }); // prettier-ignore

  test('what was told by messages since is not taken back by an older answer', () => {
    const found = answer({ StateChangeTimestampMonotonic: '1' });
    const { tracker } = track([said(STARTED), said(FAILED, { UNIT_RESULT: 'exit-code' })]);
    expect(found && tracker.asked(found, 7)).toEqual([]);
  });

  test('an answer that is ahead of the messages does not keep the restart from being counted', () => {
    const { tracker } = track([said(STARTED), said(FAILED, { UNIT_RESULT: 'exit-code' }), scheduled()]);
    const ahead = answer({ InvocationID: 'second', StateChangeTimestampMonotonic: '999999999999' });
    expect(ahead && tracker.asked(ahead, 7)).toMatchObject([{ state: 'running' }]);
    const started = unitEvent(said(STARTED, { INVOCATION_ID: 'second' }), 'api.service', 8);
    expect(started && tracker.event(started)).toMatchObject([{ kind: 'restart', cause: 'crash' }]);
  });

  test('nor for a unit that nothing was known of', () => {
    const { tracker } = track([]);
    const ahead = answer({ InvocationID: 'second' });
    expect(ahead && tracker.asked(ahead, 7)).toMatchObject([{ state: 'running' }]);
    const events = [scheduled(), said(STARTED, { INVOCATION_ID: 'second' })].map((entry) =>
      unitEvent(entry, 'api.service', 8),
    );
    const found = events.flatMap((event) => (event === undefined ? [] : tracker.event(event)));
    expect(found.filter((one) => one.type === 'signal')).toMatchObject([{ cause: 'crash' }]);
  });

  test('after a restart of ours what is known is told once more, for whoever has not heard of it', () => {
    const before = track([said(STARTED)]).tracker.run('api.service');
    const { tracker } = track([], before === undefined ? [] : [before]);
    const found = answer({ StateChangeTimestampMonotonic: '1' });
    expect(found && tracker.asked(found, 7)).toMatchObject([{ state: 'running' }]);
    expect(found && tracker.asked(found, 8)).toEqual([]);
  });
});

function inWords({ state, stoppedByOperator, expectedExit }: ContainerStatus): string {
  if (state === 'exited')
    return stoppedByOperator ? 'stopped' : expectedExit ? 'exited as expected' : 'exited';
  return stoppedByOperator ? `${state} for an operator` : state;
}
