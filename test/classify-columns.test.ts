import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';
import { quickInfo } from '../src/classify/quick.ts';

const classifier = createClassifier([]);

/** Verdicts of a stream, `level rule` each. */
function judged(lines: readonly string[], entry = newEntry()): string[] {
  return lines.map((line) => {
    const { level, rule } = classifier.judge(line, entry);
    return `${level} ${rule}`;
  });
}

const PROSODY = [
  'Nov 26 10:00:00 c2s5581	info	Client connected',
  'Nov 26 10:00:01 mod_mam	info	loaded',
  'Nov 26 10:00:02 s2sout1	debug	trying',
];
const ODD = 'Nov 26 10:00:03 general	crit	Something odd';

describe('the column where a stream puts its level', () => {
  it('is learned from its first lines, and holds for that stream alone', () => {
    expect(judged([...PROSODY, ODD]).at(-1)).toBe('critical level column of the stream');
    expect(judged([ODD])).toEqual(['info nothing suspicious']);
  });

  it('gives ambiguous words their meaning where the commonest formats have theirs', () => {
    const calm = Array.from({ length: 5 }, (_, n) => `2026-11-26 10:00:0${n} INFO feed up`);
    const alert = '2026-11-26 10:00:09 ALERT BTCUSDT crossed above 45000';
    expect(judged([...calm, alert]).at(-1)).toBe('critical level column of the stream');
    expect(judged([alert])).toEqual(['info nothing suspicious']);
  });

  it('is none where level words only happen to stand in the same place', () => {
    const prose = Array.from({ length: 9 }, (_, n) => `[${n}] trade closed`);
    const lines = ['[1] info desk opened', '[2] info desk closed', '[3] info desk moved', ...prose];
    expect(judged([...lines, '[9] alert desk opened']).at(-1)).toBe('info nothing suspicious');
  });

  it('is learned from the first 200 lines only', () => {
    const others = Array.from({ length: 200 }, (_, n) => `tick number ${n} of many`);
    expect(judged([...others, ...PROSODY, ODD]).at(-1)).toBe('info nothing suspicious');
  });

  it('is stored with the open entry, and unknown to what an older version has stored', () => {
    const origin = { id: 'a', source: 'docker', container: 'a', stream: 'stdout', labels: {} } as const;
    const store = createEntryStore();
    judged(PROSODY, store.of(origin));
    const saved = JSON.parse(JSON.stringify(store.snapshot())) as ReturnType<typeof store.snapshot>;
    expect(judged([ODD], createEntryStore(saved).of(origin))).toEqual([
      'critical level column of the stream',
    ]);

    const { mode, level, frames, since, at } = newEntry();
    const old: unknown = { 'a stdout': { mode, level, frames, since, at } };
    const older = createEntryStore(old as typeof saved).of(origin);
    expect(older).toEqual(newEntry());
    expect(judged([...PROSODY, ODD], older).at(-1)).toBe('critical level column of the stream');
  });

  it('is the same whether harmless lines were looked at or only counted', () => {
    const calm = fc.constantFrom(
      '2026-11-26 10:00:00 INFO feed up',
      '[2026-11-26 10:00:00] INFO feed up',
      '{"level":30,"msg":"x"}',
      'INFO: started',
    );
    const other = fc.constantFrom(
      ...PROSODY,
      ODD,
      '2026-11-26 10:00:00 ALERT x',
      '[api] Traceback (most recent call last):',
      '[api]   File "a.py", line 1',
      '[api] ValueError: x',
      '{',
      '  "level": "error",',
      '}',
      'order 1 failed',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(calm, other), { maxLength: 60 }), (lines) => {
        const looked = newEntry();
        const counted = newEntry();
        for (const line of lines) {
          const verdict = classifier.judge(line, looked, '', 1);
          if (quickInfo(line) === 0) expect(classifier.judge(line, counted, '', 1)).toBe(verdict);
          else classifier.pass(counted, 1, 1, 1);
          expect(counted).toEqual(looked);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
