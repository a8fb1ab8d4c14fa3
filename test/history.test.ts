import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { csvLine, csvRow } from '../src/commands/history/csv-row.ts';
import { openDaemonHistory } from '../src/daemon/history.ts';
import { exportHistory } from '../src/history/export-history.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { HISTORY_FILE, openHistory } from '../src/history/history-file.ts';
import type { Judged, Observation, Origin, Signal } from '../src/model.ts';
import { classifyWithActivity, createEntryStore } from '../src/operators/classify.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';

const root = mkdtempSync(join(tmpdir(), 'qt-history-'));
afterAll(() => rmSync(root, { recursive: true }));

const START = Date.UTC(2025, 11, 17, 16);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let dir: string;
let said: string[];
const log = {
  error: (_: object, message: string) => void said.push(message),
  warn: (_: object, message: string) => void said.push(message),
  info: () => undefined,
};
beforeEach(() => {
  dir = mkdtempSync(join(root, 'one-'));
  said = [];
});

function signal(text: string, at: number, more: Partial<Signal> = {}): Signal {
  return {
    ...{ type: 'signal', kind: 'error', at, source: 'docker', container: 'api', labels: {} },
    ...{ text, fingerprint: text, rule: 'x' },
    ...more,
  } as const;
}

function spoke(at: number, gap: number, container = 'api'): Judged {
  return { type: 'activity', at, source: 'docker', container, from: at - gap };
}

/** Writes what was seen, at a moment. */
function written(batch: readonly Judged[], at: number): void {
  const gathered = gatherer();
  gathered.see(batch, at);
  const file = openHistory(dir, at, log);
  file.write(gathered.take(), at);
  file.close();
}

const rows = (part: Parameters<typeof exportHistory>[1], since = 0) => [...exportHistory(dir, part, since)];

describe('the history', () => {
  test('keeps counts of minutes and hours, messages by image, gaps and blind spans', () => {
    written(
      [
        spoke(START, 30_000),
        signal('boom', START, { image: 'registry:5000/quantum/ai:2.1' }),
        signal('boom', START + 1_000, { image: 'registry:5000/quantum/ai:2.2@sha256:ab' }),
        signal('restart', START + 2_000, { kind: 'restart' }),
        {
          ...{ type: 'gap', at: START, source: 'docker', container: 'api' },
          ...{ from: START - MINUTE, to: START, reason: 'rotated' },
        },
        { type: 'coverage', at: START, source: 'docker', blind: true, unread: [], reason: 'no socket' },
        { type: 'coverage', at: START + 9_000, source: 'docker', blind: false, unread: [], reason: '' },
      ],
      START + MINUTE,
    );
    written([signal('boom', START + HOUR, { image: 'registry:5000/quantum/ai' })], START + HOUR);
    expect(rows('minutes')).toEqual([
      { at: '2025-12-17T16:00:00.000Z', container: 'api', critical: 0, error: 2, warning: 0, restart: 1 },
      { at: '2025-12-17T17:00:00.000Z', container: 'api', critical: 0, error: 1, warning: 0, restart: 0 },
    ]);
    expect(rows('hours')[0]).toMatchObject({ error: 2, restart: 1, activeMinutes: 1 });
    expect(rows('messages')).toEqual([
      expect.objectContaining({ repository: 'registry:5000/quantum/ai', fingerprint: 'boom', count: 3 }),
    ]);
    expect(rows('marks').map(({ kind, text, until }) => [kind, text, until])).toEqual([
      ['gap', 'rotated', '2025-12-17T16:00:00.000Z'],
      ['blind', 'no socket', '2025-12-17T16:00:09.000Z'],
    ]);
    expect(rows('minutes', START + HOUR)).toHaveLength(1);
  });

  test('drops what is too old, and of the messages those least recently seen', () => {
    const many = Array.from({ length: 19_999 }, (_, n) => signal(`message ${n}`, START + n));
    written(many, START + MINUTE);
    written([signal('one', START + MINUTE), signal('two', START + MINUTE)], START + MINUTE);
    const file = openHistory(dir, START + MINUTE, log);
    file.write(undefined, START + 2 * HOUR);
    expect(rows('messages')).toHaveLength(20_000);
    expect(rows('messages').map(({ fingerprint }) => fingerprint)).not.toContain('message 0');
    expect(said).toEqual([expect.stringContaining('at most 20000 messages')]);
    expect(rows('minutes')).toHaveLength(2);
    file.write(undefined, START + 15 * DAY);
    expect(rows('minutes')).toEqual([]);
    expect(rows('hours')).toHaveLength(1);
    file.write(undefined, START + 91 * DAY);
    expect(rows('messages')).toEqual([]);
    file.write(undefined, START + 401 * DAY);
    expect(rows('hours')).toEqual([]);
    file.close();
  });

  test('keeps samples of at most 300 bytes, cut between characters', () => {
    written([signal('ü'.repeat(500), START)], START);
    expect(Buffer.byteLength(String(rows('messages')[0]?.['sample']))).toBe(300);
  });

  test('that is damaged, or is no history, is set aside and begun anew', () => {
    for (const content of ['no database at all, but long enough to be looked at'.repeat(50), 'short']) {
      writeFileSync(join(dir, HISTORY_FILE), content);
      written([signal('boom', START)], START);
      expect(rows('messages')).toHaveLength(1);
      expect(said.at(-1)).toContain('set aside');
    }
    expect(readdirSync(dir).filter((name) => name.includes('damaged')).length).toBeGreaterThanOrEqual(1);
  });

  test('that cannot be written is told once, and written again once it can', () => {
    mkdirSync(join(dir, HISTORY_FILE));
    const clock = new VirtualClock();
    clock.advanceTo(START);
    const history = openDaemonHistory(dir, clock, log);
    const running = history.writing$.subscribe();
    history.see([signal('lost', START)]);
    clock.advanceTo(START + 3 * MINUTE);
    history.see([signal('lost too', START + 3 * MINUTE)]);
    clock.advanceTo(START + 5 * MINUTE);
    expect(said).toEqual(['the history cannot be written; nothing else depends on it']);
    rmSync(join(dir, HISTORY_FILE), { recursive: true });
    history.see([signal('kept', START + 5 * MINUTE)]);
    clock.advanceTo(START + 7 * MINUTE);
    expect(rows('messages').map(({ fingerprint }) => fingerprint)).toEqual(['kept']);
    history.see([signal('last', START + 8 * MINUTE)]);
    running.unsubscribe();
    expect(rows('messages')).toHaveLength(2);
  });

  test('keeps incidents as they stand last, without what their heals have printed', () => {
    const gathered = gatherer();
    const heal = { attempt: 1, id: 'i:heal:1', started: START, output: 'secret' };
    const incident = { id: 'i', key: 'host', openedAt: START, since: START, heals: [heal], breaches: [] };
    gathered.follow([{ ...incident, state: 'open' }], () => 'why');
    gathered.follow([{ ...incident, state: 'closed', since: START + HOUR }], () => 'why');
    const file = openHistory(dir, START, log);
    file.write(gathered.take(), START);
    file.close();
    expect(rows('incidents')).toEqual([
      expect.objectContaining({ id: 'i', state: 'closed', closed: '2025-12-17T17:00:00.000Z' }),
    ]);
    expect(JSON.stringify(rows('incidents'))).not.toContain('secret');
  });

  test('of a quarter of a year of fifty containers that err every tenth minute takes less than 25 MB', () => {
    const file = openHistory(dir, START, log);
    for (let hour = 0; hour < 90 * 24; hour++) {
      const at = START + hour * HOUR;
      const gathered = gatherer();
      for (let container = 0; container < 50; container++) {
        const name = `quantum_service_${container}`;
        gathered.see([spoke(at, 5_000, name), spoke(at + 30 * MINUTE, 9_000, name)], at + HOUR);
        // Minutes are kept for two weeks: earlier ones would only have been dropped again.
        const minutes = hour < 76 * 24 ? [0] : [0, 10, 20, 30, 40, 50];
        const text = `message ${(hour * 7 + container) % 20_000} of ${name} with some more words to it`;
        gathered.see(
          minutes.map((minute) => signal(text, at + minute * MINUTE, { container: name })),
          at + HOUR,
        );
      }
      file.write(gathered.take(), at + HOUR);
    }
    file.close();
    expect(statSync(join(dir, HISTORY_FILE)).size).toBeLessThan(25 * 1_024 * 1_024);
  }, 60_000);
});

describe('activity', () => {
  const origin: Origin = {
    ...{ id: 'a', source: 'docker', container: 'api', stream: 'stdout', labels: {} },
    image: 'quantum/api:1',
  };
  const line = (at: number, text = 'INFO fine'): Observation => ({ type: 'line', origin, ts: '', at, text });

  test('is told once a minute, in its place, with the pause before it', async () => {
    const batch = [
      line(START),
      line(START + 1_000),
      line(START + 59_000, 'ERROR boom'),
      line(START + 90_000),
      { type: 'quiet', origin, lines: 3, from: START + 5 * MINUTE, at: START + 5 * MINUTE + 200 } as const,
    ];
    const operator = classifyWithActivity(createClassifier(), createEntryStore());
    const judged = (await lastValueFrom(from([batch]).pipe(operator, toArray()))).flat();
    expect(judged.map((item) => [item.type, (item.at - START) / 1_000])).toEqual([
      ['activity', 0],
      ['signal', 59],
      ['activity', 90],
      ['activity', 300],
    ]);
    expect(judged[3]).toMatchObject({ from: START + 90_000, image: 'quantum/api:1' });
  });
});

test('rows are comma-separated values that no spreadsheet takes for formulas', () => {
  expect(csvLine(['a,b', 'say "no"', '=1+1', '-3', ''])).toBe('"a,b","say ""no""", =1+1,-3,\n');
  expect(csvRow({ at: 'x', until: null, count: 3 })).toBe('x,,3\n');
});
