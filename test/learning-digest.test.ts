import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { digestFrom } from '../src/history/digest-from.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { openHistory } from '../src/history/history-file.ts';
import { digestOf } from '../src/learning/digest.ts';
import { healthOf } from '../src/learning/health.ts';
import type { Past, PastIncident } from '../src/learning/past.ts';
import { weekBefore, weekNamed, weekOf } from '../src/learning/week.ts';
import { SILENT } from '../src/log.ts';
import type { Signal } from '../src/model.ts';
import { appendDigest } from '../src/sinks/report/digest-section.ts';
import { digestHeadline, digestParts } from '../src/sinks/text/digest-text.ts';

const root = mkdtempSync(join(tmpdir(), 'qt-digest-'));
afterAll(() => rmSync(root, { recursive: true }));

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const week = weekOf(new Date(2025, 11, 17, 12).getTime());
const { from, before } = week;

const counts = (error: number) => ({ critical: 0, error, warning: 0, restart: 0 });
const message = (given: Partial<Past['messages'][number]>) => ({
  ...{
    kind: 'error' as const,
    container: 'api',
    fingerprint: 'f',
    sample: 'no answer',
    count: 20,
    total: 20,
  },
  ...{ first: from - 30 * DAY, last: from + DAY },
  ...given,
});
const past: Omit<Past, 'minutes'> = {
  hours: [
    { at: before + HOUR, container: 'api', counts: counts(10) },
    { at: from + HOUR, container: 'api', counts: counts(30) },
    { at: from + HOUR, container: 'calm', counts: counts(1) },
    { at: before + HOUR, container: 'calm', counts: counts(1) },
    { at: before - HOUR, container: 'long ago', counts: counts(9) },
  ],
  messages: [
    message({}),
    message({ sample: 'key is not in the ring', first: from + HOUR }),
    message({ sample: 'disk is slow', last: before + DAY }),
    message({ sample: 'came once', last: before + DAY, total: 1 }),
    message({ sample: 'only a warning', kind: 'warning', first: from + HOUR }),
  ],
  marks: [
    { at: from - HOUR, until: from + HOUR, kind: 'blind', container: 'docker', text: 'away' },
    { at: from, until: from + 2 * HOUR, kind: 'blind', container: 'docker:far', text: 'away' },
    { at: from + HOUR, until: from + HOUR, kind: 'undelivered', container: '', text: 'i:opened: refused' },
    { at: from + HOUR, until: from + HOUR, kind: 'change', container: 'api', text: 'api was recreated' },
    { at: before, until: before, kind: 'change', container: 'api', text: 'the week before' },
  ],
  began: before - DAY,
};
const incident: PastIncident = {
  ...{ id: 'i', openedAt: from + HOUR, resolvedAt: from + 4 * HOUR, reason: '60 errors (threshold: 50)' },
  ...{ heals: 2, helped: 1, escalated: true, messages: [] },
};

test('weeks are those of ISO 8601 in local time, and what is none is told from them', () => {
  expect(week.name).toBe('2025-W51');
  expect(new Date(from).getDay()).toBe(1);
  expect(weekNamed('2025-W51')).toEqual(week);
  expect(weekBefore(from).name).toBe('2025-W50');
  // The last days of a year may be in the first week of the next; some years have 53.
  expect(weekOf(new Date(2024, 11, 30).getTime()).name).toBe('2025-W01');
  expect(weekOf(new Date(2027, 0, 1).getTime()).name).toBe('2026-W53');
  expect([weekNamed('2025-W53'), weekNamed('2025-W00'), weekNamed('51')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('the score is 100 less its parts, each up to its most', () => {
  const fine = { open: 0, escalations: 0, blind: 0, undelivered: 0, errors: 5, errorsBefore: 5 };
  expect(healthOf(fine).score).toBe(100);
  expect(healthOf({ ...fine, open: 6 * HOUR, escalations: 1, errors: 10 }).score).toBe(100 - 20 - 10 - 5);
  const worst = { open: DAY, escalations: 9, blind: DAY, undelivered: 9, errors: 99, errorsBefore: 1 };
  expect(healthOf(worst)).toMatchObject({ score: 0 });
  expect(healthOf({ ...fine, errors: 99, errorsBefore: 0 }).score).toBe(100);
});

test('a week is told with what is new and gone, its trend, and what was not seen', () => {
  const digest = digestOf(week, past, [incident]);
  expect(digest.appeared.map(({ sample }) => sample)).toEqual(['key is not in the ring']);
  expect(digest.gone.map(({ sample }) => sample)).toEqual(['disk is slow']);
  expect(digest.trend).toEqual([
    { container: 'api', count: 30, before: 10 },
    { container: 'calm', count: 1, before: 1 },
  ]);
  // Blind from the first moment of the week, once for both sources.
  expect(digest.blind).toBe(2 * HOUR);
  expect(digest.changes.map(({ text }) => text)).toEqual(['api was recreated']);
  // 3 h in an incident, an escalation, 2 h blind, a message lost, 31 errors after 11.
  expect(digest.health.parts.map(({ off }) => off)).toEqual([10, 10, 3, 5, 9]);
  expect(digestHeadline(digest)).toBe(
    'Week 2025-W51: health 63 of 100, 1 incident, 2 heals, 1 new error, blind for 2h, 1 message not delivered',
  );
  const rows = digestParts(digest).flatMap(({ rows: own }) => own);
  expect(rows.find((row) => row.includes('60 errors'))).toContain(
    'lasted 3h, 2 heals, 1 helped, a person was called',
  );
});

test('of many new errors ten are told, and all are counted', () => {
  const messages = Array.from({ length: 12 }, (_, n) => message({ sample: `new ${n}`, first: from + HOUR }));
  const digest = digestOf(week, { ...past, messages }, []);
  expect(digestHeadline(digest)).toContain('12 new errors');
  const rows = digestParts(digest).find(({ title }) => title === 'New errors')?.rows ?? [];
  expect([rows.length, rows.at(-1)]).toEqual([11, 'and 2 more']);
});

test('where the history begins too late nothing is called new, gone or more', () => {
  const digest = digestOf(week, { ...past, began: before + HOUR }, []);
  expect([digest.appeared, digest.gone]).toEqual([[], []]);
  expect(digest.health.parts.at(-1)?.off).toBe(0);
  expect(digestParts(digest).find(({ title }) => title === 'New and gone')?.rows).toHaveLength(1);
});

test('it is appended to the weekly report once, beside what others wrote, and no text of a log becomes Markdown', async () => {
  const digest = digestOf(
    week,
    { ...past, messages: [message({ sample: '# <b>x</b>', first: from + HOUR })] },
    [],
  );
  const at = new Date(2025, 11, 22, 4).getTime();
  const file = join(root, 'WEEKLY_HEALTH_REPORT_2025-12-22.md');
  writeFileSync(file, 'written by others, and not ended');
  expect(await appendDigest({ dir: root, title: 'T' }, digest, at)).toEqual({ path: file, isNew: true });
  const once = readFileSync(file, 'utf8');
  expect(once).toMatch(/^written by others, and not ended\n\n---\n\n### 📅 Week 2025-W51\n/);
  expect(once).toContain('\\# \\<b\\>x\\</b\\>');
  expect(once.trimEnd().endsWith('<!-- digest:2025-W51 -->')).toBe(true);
  expect(await appendDigest({ dir: root, title: 'T' }, digest, at + HOUR)).toMatchObject({ isNew: false });
  expect(readFileSync(file, 'utf8')).toBe(once);
});

test('what a history on disk holds of a week is in its digest', () => {
  const dir = mkdtempSync(join(root, 'state-'));
  const file = openHistory(dir, from, SILENT);
  const error = (text: string, at: number): Signal => ({
    type: 'signal',
    kind: 'error',
    ...{ at, source: 'docker', container: 'api', labels: {}, text, fingerprint: text, rule: 'x' },
  });
  const gathered = gatherer();
  gathered.see(
    [error('old', before - HOUR), error('old', from + HOUR), error('fresh', from + HOUR)],
    from + DAY,
  );
  gathered.mark({ at: from + HOUR, kind: 'undelivered', container: '', text: 'i:opened' });
  file.write(gathered.take(), from + DAY);
  file.close();
  const digest = digestFrom(dir, week);
  expect(digest.appeared.map(({ sample, count }) => [sample, count])).toEqual([['fresh', 1]]);
  expect(digest.trend).toEqual([{ container: 'api', count: 2, before: 0 }]);
  expect(digest.undelivered).toHaveLength(1);
  expect(() => digestFrom(root, week)).toThrow('there is no history yet');
});
