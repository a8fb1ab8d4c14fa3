import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import type { Evidence, Observation, Signal } from '../src/model.ts';
import { safeObservation, signalText } from '../src/operators/safe-observation.ts';
import { display, displayLines, escapeJson } from '../src/text/display.ts';
import { safeJson } from '../src/text/safe-text.ts';
import { HOSTILE, HOSTILE_NAME, STEERING, textsOf } from './support/hostile-session.ts';
import { of } from 'rxjs';

const foreign = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom(...HOSTILE, '\ud800', '\t', '\r\n', '\u001b['),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('foreign text as it is shown', () => {
  test('is one line that steers nothing, hides nothing and is well formed, and stays so', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const shown = display(text);
        expect(shown).not.toMatch(STEERING);
        expect(shown).not.toMatch(/[\r\n]/);
        expect(shown.isWellFormed()).toBe(true);
        expect(display(shown)).toBe(shown);
      }),
      { numRuns: 3_000 },
    );
  });

  test('keeps its lines where it has several', () => {
    expect(displayLines('a\u001b[31m\r\nb\u009b1m\n')).toBe('a\nb\n');
  });

  test.each(['ERROR\tdisk full: 95 %', 'Fehler: Gerät ist voll', 'ошибка', 'エラー', 'שגיאה', '🚨 done'])(
    '%s is left as it is',
    (text) => {
      expect(display(text)).toBe(text);
    },
  );

  test('data that has to come back is escaped in its JSON and comes back', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const json = escapeJson(JSON.stringify(text));
        expect(json).not.toMatch(STEERING);
        expect(JSON.parse(json)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });

  test('in JSON has no secret, but ids and names are what they are', () => {
    const id = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';
    expect(
      JSON.parse(safeJson({ id, reason: `password=kestrel31\u001b[31m\nat ${id}`, n: [1, null] })),
    ).toEqual({
      id,
      reason: 'password=***\nat ***',
      n: [1, null],
    });
  });
});

const origin = { id: 'f', source: 'docker', container: HOSTILE_NAME, stream: 'stdout', labels: {} } as const;
const judge = (...batch: readonly Observation[]): readonly Evidence[] => {
  let evidence: readonly Evidence[] = [];
  of(batch)
    .pipe(classify(createClassifier([{ level: 'critical', pattern: 'token=kestrel31', containers: [] }])))
    .subscribe((found) => (evidence = found));
  return evidence;
};
const line = (text: string): Observation => ({
  type: 'line',
  origin,
  ts: '2026-03-01T00:00:00Z',
  at: 0,
  text,
});

describe('what enters the core', () => {
  test('a signal has neither secrets nor control characters, in its text, its fingerprint or its name', () => {
    const [signal] = judge(
      line('FATAL: \u001b[31mdial postgres://app:kestrel31@db failed, password: \u202ekestrel31'),
    );
    expect(signal).toMatchObject({
      text: 'FATAL: dial postgres://app:***@db failed, password: ***',
      container: 'evil',
    });
    expect(textsOf(signal).join('\n')).not.toMatch(/kestrel|[\u001b\u202e]/);
  });

  test("the operator's own rules of judging see the line as it was", () => {
    expect(judge(line('INFO token=kestrel31'))).toMatchObject([{ kind: 'critical', text: 'INFO token=***' }]);
  });

  test('occurrences that differ in a secret only are one message', () => {
    const [one, two] = judge(
      line('ERROR login with password=osprey failed'),
      line('ERROR login with password=kestrel failed'),
    );
    expect((one as Signal).fingerprint).toBe((two as Signal).fingerprint);
  });

  test('what no line has told is made safe as well', () => {
    const facts = [
      {
        type: 'gap',
        at: 0,
        source: 'docker',
        container: HOSTILE_NAME,
        from: 0,
        to: 1,
        reason: 'token=kestrel31 \u009b1m',
      },
      {
        type: 'coverage',
        at: 0,
        source: 'docker',
        blind: true,
        unread: [HOSTILE_NAME],
        reason: 'GET http://a:kestrel31@b/ \u202e',
      },
      {
        type: 'signal',
        kind: 'restart',
        at: 0,
        source: 'docker',
        container: HOSTILE_NAME,
        labels: {},
        text: 'exited: pwd=kestrel31',
        fingerprint: 'exited: pwd=kestrel31',
        rule: 'restart',
      },
    ] as const;
    for (const text of facts.flatMap((fact) => textsOf(safeObservation(fact)))) {
      expect(text).not.toContain('kestrel');
      expect(text).not.toMatch(STEERING);
    }
  });

  test('a long line is cut after its secrets are masked, and comes out of a second time as it was', () => {
    const text = `${'x '.repeat(990)}password=${'kestrel31'.repeat(100)} ${'y '.repeat(5_000)}`;
    expect(signalText(text)).toHaveLength(2_001);
    expect(signalText(text)).toMatch(/password=\*\*\* y y.*…$/);
    expect(signalText(signalText(text))).toBe(signalText(text));
  });
});
