import { describe, expect, test } from 'vitest';
import { hasReached, isSameEntry, missingBetween } from '../src/streams/journald/cursor.ts';
import { entryUnit } from '../src/streams/journald/entry-unit.ts';
import { markOf, messageOf, ownField, streamOf } from '../src/streams/journald/journal-entry.ts';
import { messageJoiner } from '../src/streams/journald/message-joiner.ts';
import { ownUnits } from '../src/streams/journald/own-units.ts';
import { splitLines } from '../src/streams/journald/split-lines.ts';
import { mayName, unitMatcher, unitPatterns } from '../src/streams/journald/unit-patterns.ts';

test.each<[string, unknown, string | undefined]>([
  ['text', 'ready', 'ready'],
  ['bytes that are not UTF-8', [101, 255, 33], 'e\ufffd!'],
  ['a field that occurs twice', ['first', 'second'], 'first'],
  ['a field that occurs twice, as bytes', [[104, 105], 'second'], 'hi'],
  ['nothing at all', '', ''],
  ['no bytes at all', [], ''],
  ['what was too large to be printed', null, undefined],
  ['no message', undefined, undefined],
])('a message: %s', (_, MESSAGE, expected) => {
  expect(messageOf({ MESSAGE })).toBe(expected);
});

test.each([
  ['a program that speaks the journal', { _TRANSPORT: 'journal', PRIORITY: '3' }, '<3>', 'stderr'],
  ['one that speaks syslog', { _TRANSPORT: 'syslog', PRIORITY: '6' }, '<6>', 'stdout'],
  ['one that prints', { _TRANSPORT: 'stdout', PRIORITY: '6' }, '', 'stdout'],
  ['one that prints a priority before the line', { _TRANSPORT: 'stdout', PRIORITY: '2' }, '<2>', 'stderr'],
  ['a container', { _TRANSPORT: 'journal', PRIORITY: '3', CONTAINER_NAME: 'api' }, '', 'stderr'],
  ['an entry without one', { _TRANSPORT: 'journal' }, '', 'stdout'],
  ['an entry with a nonsense one', { _TRANSPORT: 'journal', PRIORITY: 'high' }, '<6>', 'stdout'],
])('the priority of %s', (_, entry, mark, stream) => {
  expect([markOf(entry), streamOf(entry)]).toEqual([mark, stream]);
});

describe('lines', () => {
  const joiner = messageJoiner();
  const add = (fields: object) =>
    joiner.add({ _TRANSPORT: 'stdout', PRIORITY: '6', _STREAM_ID: 'a', ...fields }, 'api.service', 'ts', 1);

  test('only the first line of a message bears its priority', () => {
    expect(add({ _TRANSPORT: 'journal', PRIORITY: '2', MESSAGE: 'dumped core\n\nStack:\n#0 main' })).toEqual([
      '<2>dumped core',
      '',
      'Stack:',
      '#0 main',
    ]);
  });

  test('the pieces of a long line are joined, those of each writer by themselves', () => {
    expect(add({ MESSAGE: 'one ', _LINE_BREAK: 'line-max' })).toEqual([]);
    expect(add({ MESSAGE: 'other ', _LINE_BREAK: 'line-max', _STREAM_ID: 'b' })).toEqual([]);
    expect(add({ MESSAGE: 'whole', _STREAM_ID: 'c' })).toEqual(['whole']);
    expect(add({ MESSAGE: 'line', _LINE_BREAK: 'eof' })).toEqual(['one line']);
    expect(joiner.open).toMatchObject([
      { name: 'api.service', stream: 'stdout', writer: 'b', text: 'other ' },
    ]);
    expect(messageJoiner(joiner.open).open).toEqual(joiner.open);
    expect(joiner.takeOpen()).toHaveLength(1);
    expect(joiner.open).toEqual([]);
  });

  test('of an endless line a megabyte is kept', () => {
    const piece = { MESSAGE: 'x'.repeat(48 * 1024), _LINE_BREAK: 'line-max' };
    for (let i = 0; i < 40; i++) add(piece);
    expect(joiner.takeOpen()[0]?.text).toHaveLength(1024 * 1024);
  });
});

describe('the bytes of journalctl', () => {
  const text = 'first\n\nthé third\nfourth, which is too long to be kept\nfifth\n';
  const bytes = Buffer.from(text);

  test.each([1, 2, 3, 7, 64, bytes.length])('in chunks of %d', (size) => {
    const lines: string[] = [];
    const split = splitLines(
      (line) => lines.push(line),
      () => lines.push('…'),
      20,
    );
    for (let from = 0; from < bytes.length; from += size) split(bytes.subarray(from, from + size));
    expect(lines).toEqual(['first', '', 'thé third', '…', 'fifth']);
  });
});

test.each<[string, Readonly<Record<string, string>>, string | undefined, boolean]>([
  ['a process of a unit', { _PID: '7', _UID: '9', _SYSTEMD_UNIT: 'api.service' }, 'api.service', false],
  ['systemd about a unit', { _PID: '1', _UID: '0', _SYSTEMD_UNIT: 'init.scope', UNIT: 'api.service' }, 'api.service', true],
  ['systemd about itself', { _PID: '1', _UID: '0', _SYSTEMD_UNIT: 'init.scope' }, 'init.scope', false],
  ['a process that poses as systemd', { _PID: '7', _UID: '9', _SYSTEMD_UNIT: 'x.service', UNIT: 'api.service' }, 'x.service', false],
  ['journald about a unit', { _PID: '3', _UID: '0', _SYSTEMD_UNIT: 'j.service', OBJECT_SYSTEMD_UNIT: 'api.service' }, 'api.service', false],
  ['a process that poses as journald', { _PID: '7', _UID: '9', _SYSTEMD_UNIT: 'x.service', OBJECT_SYSTEMD_UNIT: 'api.service' }, 'x.service', false],
  ['a core dump of a unit', { _PID: '9', _UID: '0', MESSAGE_ID: 'fc2e22bc6ee647b6b90729ab34a250b1', COREDUMP_UNIT: 'api.service', _SYSTEMD_UNIT: 'c.service' }, 'api.service', false],
  ['one that poses as that', { _PID: '9', _UID: '9', MESSAGE_ID: 'fc2e22bc6ee647b6b90729ab34a250b1', COREDUMP_UNIT: 'api.service', _SYSTEMD_UNIT: 'x.service' }, 'x.service', false],
  ['the kernel', { _TRANSPORT: 'kernel' }, undefined, false],
])('the unit of an entry by %s', (_, entry, unit, byManager) => {
  expect(entryUnit(entry)).toEqual(unit === undefined ? undefined : { unit, byManager });
}); // prettier-ignore

test.each<[string, string, readonly string[], readonly string[]]>([
  ['a glob', 'quantum-*', ['quantum-api.service', 'quantum-x.timer', 'quantum-a@1-2:3.service'], ['quantum.service', 'xquantum-a.service']],
  ['a name', 'api', ['api.service'], ['api', 'api.timer', 'api2.service']],
  ['a name with its type', 'api.scope', ['api.scope'], ['api.service', 'apixscope']],
  ['a name with a dot', 'org.x', ['org.x.service'], ['org.x']],
  ['one letter', 'a?c', ['abc'], ['ac', 'abbc']],
  ['one of some', '[ab]-*', ['a-x.service', 'b-y.service'], ['c-x.service']],
  ['what only other programs take for a pattern', '!(api)', [], ['db.service', 'db']],
])('units by %s', (_, pattern, those, notThose) => {
  const patterns = unitPatterns([pattern]);
  const matches = unitMatcher(patterns);
  const inEntry = (unit: string) => mayName(patterns)(JSON.stringify({ _SYSTEMD_UNIT: unit }));
  expect(those.filter(matches)).toEqual(those);
  expect(those.filter(inEntry)).toEqual(those);
  expect(notThose.filter(matches)).toEqual([]);
}); // prettier-ignore

test.each([
  ['one hierarchy', '0::/system.slice/trader.service\n', 'trader.service'],
  ['several', '3:cpu:/x\n1:name=systemd:/system.slice/system-a.slice/a@1.service/sub\n0::/\n', 'a@1.service'],
  ['a session', '0::/user.slice/user-1000.slice/session-3.scope\n', 'session-3.scope'],
  ['a user’s service', '0::/user.slice/user-1.slice/user@1.service/app.slice/b.service\n', 'user@1.service'],
])('our own unit is told by the control group: %s', (_, cgroup, unit) => {
  const isOwn = ownUnits(() => cgroup);
  expect([unit, 'quantum_realtime.service', 'quantum-realtime-heal-i-1.service'].map(isOwn)).toEqual([true, true, true]); // prettier-ignore
  expect(['quantum-api.service', 'b.service', 'init.scope'].map(isOwn)).toEqual([false, false, false]);
});

test('where the control group tells nothing, nothing else is taken for ours', () => {
  for (const cgroup of [() => '0::/\n', () => '', fail]) expect(ownUnits(cgroup)('api.service')).toBe(false);
});

test('most entries of other units are known without being parsed', () => {
  const mayBe = mayName(unitPatterns(['quantum-*', 'api']));
  const entry = (unit: string) => JSON.stringify({ MESSAGE: 'x', _SYSTEMD_UNIT: unit });
  expect(['quantum-a.service', 'api.service'].map(entry).map(mayBe)).toEqual([true, true]);
  expect(['caddy.service', 'api.timer', 'quantum_realtime.service'].map(entry).map(mayBe)).toEqual([false, false, false]); // prettier-ignore
  expect(mayName(unitPatterns(['*']))(entry('caddy.service'))).toBe(true);
});

test('cursor and time are those of the entry, whatever its message says', () => {
  const message = '{"__CURSOR":"of the message","__REALTIME_TIMESTAMP":"1"}';
  const entry = JSON.stringify({ MESSAGE: message, __CURSOR: 's=1;i=2;b=3', __REALTIME_TIMESTAMP: '2' });
  expect(ownField(entry, '__CURSOR')).toBe('s=1;i=2;b=3');
  expect(ownField(entry, '__REALTIME_TIMESTAMP')).toBe('2');
  expect(ownField(JSON.stringify({ MESSAGE: message }), '__CURSOR')).toBeUndefined();
});

test('cursors: the same entry, what is missing between two, and which comes later', () => {
  const cursor = (s: string, i: number, rest = i) =>
    `s=${s};i=${i.toString(16)};b=b;m=${rest.toString(16)};t=${rest.toString(16)};x=1`;
  expect(isSameEntry(cursor('a', 12), cursor('a', 12))).toBe(true);
  expect(isSameEntry(cursor('a', 12), cursor('c', 3, 12))).toBe(true);
  expect(isSameEntry(cursor('a', 12), cursor('a', 13))).toBe(false);
  expect(isSameEntry('', '')).toBe(true);
  expect(isSameEntry('nonsense', 'other nonsense')).toBe(false);
  expect(missingBetween(cursor('a', 254), cursor('a', 258))).toBe(3);
  expect(missingBetween(cursor('a', 254), cursor('a', 255))).toBe(0);
  expect(missingBetween(cursor('a', 254), cursor('c', 258))).toBeUndefined();
  expect(hasReached(cursor('a', 16), cursor('a', 9))).toBe(true);
  expect(hasReached(cursor('a', 16), cursor('a', 17))).toBe(false);
  expect(hasReached(cursor('a', 16), cursor('c', 9))).toBeUndefined();
});

function fail(): never {
  throw new Error('it cannot be read');
}
