import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { openHistory } from '../src/history/history-file.ts';
import { loadMemory } from '../src/history/load-memory.ts';
import { learner } from '../src/learning/learner.ts';
import { emptyMemory } from '../src/learning/memory.ts';
import { longPause, noPauses } from '../src/learning/pauses.ts';
import { poissonTail } from '../src/learning/poisson-tail.ts';
import { SILENT } from '../src/log.ts';
import type { Activity, ContainerStatus, Coverage, Judged, Note, Signal } from '../src/model.ts';

const START = Date.UTC(2025, 10, 3);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const from = { source: 'docker', container: 'bot' } as const;

function error(text: string, at: number): Signal {
  return { type: 'signal', kind: 'error', at, ...from, labels: {}, text, fingerprint: text, rule: 'x' };
}
const spoke = (at: number): Activity => ({ type: 'activity', at, ...from, from: at - MINUTE });

/** A bot that says something every minute, from one hour after the start to another. */
const talk = (fromHour: number, toHour: number): readonly Judged[] =>
  Array.from({ length: (toHour - fromHour) * 60 }, (_, n) => spoke(START + fromHour * HOUR + n * MINUTE));

function notesOf(items: readonly Judged[], end: number, memory = emptyMemory()): readonly Note[] {
  const learning = learner(memory, () => defaults.learning);
  const ordered = items.toSorted((a, b) => a.at - b.at);
  const found = [...ordered.flatMap((item) => learning.see(item, item.at)), ...learning.advance(end)];
  return found.filter((item) => item.type === 'note');
}
const signs = (notes: readonly Note[]): readonly string[] => notes.map(({ sign }) => sign);

const thrice = (text: string, at: number): readonly Judged[] =>
  [0, 1, 2].map((n) => error(text, at + n * MINUTE));

test('a message is new the third time within ten minutes, once, and not in the first day of its image', () => {
  const day = START + 25 * HOUR;
  expect(signs(notesOf([...talk(0, 22), ...thrice('boom', START + 20 * HOUR)], START + 22 * HOUR))).toEqual(
    [],
  );
  const twice = thrice('boom', day).slice(1);
  expect(signs(notesOf([...talk(0, 27), ...twice], day + HOUR))).toEqual([]);
  const [note, ...others] = notesOf(
    [...talk(0, 27), ...thrice('boom', day), ...thrice('boom', day + 5 * MINUTE)],
    day + HOUR,
  );
  expect(others).toEqual([]);
  expect(note).toMatchObject({ sign: 'new', at: day + 2 * MINUTE, container: 'bot' });
  expect(note?.text).toBe('3 in 10m, never seen in bot in 90 days: boom');
  const slowly = [0, 11, 22].map((minutes) => error('boom', day + minutes * MINUTE));
  expect(signs(notesOf([...talk(0, 27), ...slowly], day + HOUR))).toEqual([]);
});

test('a message that comes again after a week is back, after six days it is not', () => {
  for (const [away, found] of [
    [8, ['back']],
    [6, []],
  ] as const) {
    const again = START + (2 + away) * DAY;
    const items = [spoke(START), ...thrice('boom', START + 2 * DAY), ...thrice('boom', again)];
    expect(signs(notesOf(items, again + 3 * MINUTE)).filter((sign) => sign !== 'new')).toEqual(found);
  }
});

test('more than twenty new messages within ten minutes are one', () => {
  const day = START + 25 * HOUR;
  const many = Array.from({ length: 40 }, (_, n) =>
    [0, 1, 2].map((s) => error(`m${n}`, day + n * SECOND + s)),
  );
  const all = notesOf([...talk(0, 25), ...many.flat()], day + MINUTE);
  const notes = all.filter(({ sign }) => sign === 'new');
  expect(notes).toHaveLength(21);
  expect(notes.at(-1)?.text).toMatch(/^much is new, a deploy\? more than 20 new messages/);
});

test('a container that always spoke is silent after ten times its longest usual pause, once until it speaks', () => {
  const last = START + 30 * HOUR - MINUTE;
  const notes = notesOf([...talk(0, 30), spoke(last + 40 * MINUTE)], last + 2 * HOUR);
  expect(notes.map(({ sign, at }) => [sign, Math.round((at - last) / MINUTE)])).toEqual([
    ['silent', 11],
    ['silent', 51],
  ]);
  expect(notes[0]?.text).toBe('silent for 11m, though 99 of 100 of its pauses last at most 1m4s: bot');
});

test('a container that is down, or cannot be read, or spoke for less than twenty hours, is not silent', () => {
  const last = START + 30 * HOUR;
  const down: ContainerStatus = {
    ...{ type: 'container', at: last, ...from, id: 'a', labels: {}, state: 'exited' },
    ...{ healthy: true, stoppedByOperator: true, expectedExit: false },
  } as const;
  const blind: Coverage = {
    type: 'coverage',
    at: last,
    source: 'docker',
    blind: true,
    unread: [],
    reason: 'x',
  };
  const unread: Coverage = { ...blind, blind: false, unread: ['bot'] };
  for (const fact of [down, blind, unread])
    expect(notesOf([...talk(0, 30), fact], last + 5 * HOUR)).toEqual([]);
  expect(notesOf(talk(0, 19), last)).toEqual([]);
  // What was not read is no silence afterwards either.
  const seen: Coverage = { ...blind, at: last + 5 * HOUR, blind: false };
  expect(notesOf([...talk(0, 30), blind, seen], last + 5 * HOUR + 9 * MINUTE)).toEqual([]);
  expect(signs(notesOf([...talk(0, 30), blind, seen], last + 5 * HOUR + 15 * MINUTE))).toEqual(['silent']);
});

test('what a day has not seen is compared with nothing', () => {
  const burst = Array.from({ length: 50 }, (_, n) => error('boom', START + 10 * HOUR + n * SECOND));
  expect(signs(notesOf([...talk(0, 10), ...burst], START + 11 * HOUR))).toEqual([]);
});

test('what the history has kept is known after a restart', () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-learning-'));
  try {
    const items = [...talk(0, 30), ...thrice('boom', START + 29 * HOUR)];
    const gathered = gatherer();
    for (const item of items) gathered.see([item], item.at);
    const file = openHistory(dir, START + 30 * HOUR, SILENT);
    file.write(gathered.take(), START + 30 * HOUR);
    file.close();
    const memory = loadMemory(dir, START + 30 * HOUR);
    expect(memory.observed.size).toBe(30);
    expect(longPause(memory.habits.get('bot')?.pauses ?? noPauses())).toBe(64 * SECOND);
    const later = START + 31 * HOUR;
    expect(notesOf(thrice('boom', later), later + 3 * MINUTE, memory)).toEqual([]);
    expect(signs(notesOf(thrice('other', later), later + 3 * MINUTE, memory))).toEqual(['new']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('the tail of a Poisson distribution is that of the tables', () => {
  expect(poissonTail(10, 1)).toBeCloseTo(1.114_25e-7, 11);
  expect(poissonTail(5, 2)).toBeCloseTo(0.052_653, 6);
  expect(poissonTail(300, 100)).toBeLessThan(1e-40);
  expect(poissonTail(3, 4)).toBe(1);
  expect(poissonTail(3, 0)).toBe(0);
});
