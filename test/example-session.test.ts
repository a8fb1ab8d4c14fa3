import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate } from '../examples/quantum-trader/generate.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

const EXAMPLE = join(import.meta.dirname, '../examples/quantum-trader');
const SESSION = join(EXAMPLE, 'session');
const CONTAINERS = readdirSync(SESSION)
  .filter((name) => name.endsWith('.log'))
  .map((name) => name.slice(0, -4));

interface Labelled {
  readonly number: number;
  /** Nanoseconds since 2025-12-17T00:00:00Z, as text that sorts by time. */
  readonly clock: string;
  readonly text: string;
  readonly label: string;
}

const rows = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

function labelled(container: string): readonly Labelled[] {
  const truth = rows(join(EXAMPLE, 'truth', `${container}.truth`));
  const log = rows(join(SESSION, `${container}.log`));
  expect(truth).toHaveLength(log.length);
  return log.map((row, n) => ({
    number: n + 1,
    clock: row.slice(11, 29),
    text: row.slice(31),
    label: truth[n] ?? '',
  }));
}

describe('the recorded session', () => {
  it('is written to the same bytes by its generator', () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    try {
      generate(folder);
      for (const part of ['session', 'truth']) {
        const shipped = readdirSync(join(EXAMPLE, part));
        expect(readdirSync(join(folder, part)).toSorted()).toEqual(shipped.toSorted());
        for (const name of shipped) {
          const same = readFileSync(join(folder, part, name)).equals(readFileSync(join(EXAMPLE, part, name)));
          expect(same, `${part}/${name}`).toBe(true);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has eight containers, at least 20,000 lines, each file in order of time', () => {
    expect(CONTAINERS).toHaveLength(8);
    const sessions = CONTAINERS.map(labelled);
    expect(sessions.flat().length).toBeGreaterThanOrEqual(20_000);
    for (const lines of sessions) {
      const clocks = lines.map(({ clock }) => clock);
      expect(new Set(clocks).size).toBe(clocks.length);
      expect(clocks.toSorted()).toEqual(clocks);
      expect((clocks[0] ?? '') > '16:06:14.000000000').toBe(true);
      expect((clocks.at(-1) ?? '~') <= '17:06:14.000000000').toBe(true);
    }
  });

  it('has the signals of the reference story in every span', () => {
    const signals = CONTAINERS.flatMap(labelled).filter(({ label }) => label !== 'info' && label !== '-');
    const between = (from: string, to: string) => {
      const count = (level: string) =>
        signals.filter(({ clock, label }) => label === level && clock > pad(from) && clock <= pad(to)).length;
      return [count('critical'), count('error'), count('warning')];
    };
    const pad = (clock: string) => clock.padEnd(18, clock.includes('.') ? '0' : '.000000000');

    expect(between('16:06:13', '16:18:05')).toEqual([0, 12, 4]);
    expect(between('16:18:05', '16:18:07.250')).toEqual([5, 9, 1]);
    expect(between('16:18:07.250', '16:18:10.250')).toEqual([16, 33, 1]);
    expect(between('16:18:10.250', '16:19:34')).toEqual([332, 425, 2]);
    expect(between('16:19:34', '16:19:40.250')).toEqual([0, 0, 0]);
    expect(between('16:19:40.250', '16:29:40.250')).toEqual([0, 3, 2]);
    expect(between('16:29:40.250', '17:06:14')).toEqual([0, 0, 0]);

    const fifth = signals
      .filter(({ label }) => label === 'critical')
      .toSorted((a, b) => (a.clock < b.clock ? -1 : 1))[4];
    expect(fifth?.clock).toBe('16:18:07.250000000');
    expect(fifth?.text).toMatch(
      /^2025-12-17 16:18:07\.250 UTC \[\d+\] FATAL: {2}database "quantum" does not exist$/,
    );
  });

  it('has one crash that the engine repaired, and no other restart', () => {
    const events = rows(join(SESSION, 'events.jsonl'));
    const life = events
      .map(
        (event) =>
          JSON.parse(event) as { Action: string; Type: string; Actor: { Attributes: { name: string } } },
      )
      .filter(({ Type, Action }) => Type === 'container' && !Action.startsWith('exec_'))
      .map(({ Action, Actor }) => `${Actor.Attributes.name} ${Action}`);
    expect(life).toEqual([
      'quantum_postgres die',
      'quantum_postgres start',
      'quantum_postgres health_status: healthy',
      'quantum_nginx kill',
    ]);
    const times = events.map((event) => /"timeNano":(\d{19})\}$/.exec(event)?.[1] ?? '');
    expect(times.toSorted()).toEqual(times);
  });

  it.each([
    'failed=0',
    '0 errors',
    '"error":null',
    'GET /error 200',
    'non-fatal',
    'restart=always',
    'level=info msg="error handler registered"',
    '\x1b[34mINFO',
  ])('has %j among its harmless lines', (trap) => {
    const found = CONTAINERS.flatMap(labelled).filter(({ text }) => text.includes(trap));
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ label }) => label))).toEqual(new Set(['info']));
  });

  it.each(CONTAINERS)('is judged line by line as it is labelled: %s', (container) => {
    const classifier = createClassifier([]);
    const entry = newEntry();
    const wrong = labelled(container).flatMap(({ number, clock, text, label }) => {
      const verdict = classifier.judge(
        text,
        entry,
        container,
        Date.parse(`2025-12-17T${clock.slice(0, 12)}Z`),
      );
      const judged = verdict.event ? verdict.level : '-';
      return judged === label ? [] : [`${number}: ${judged} instead of ${label} (${verdict.rule}): ${text}`];
    });
    expect(wrong).toEqual([]);
  });
});
