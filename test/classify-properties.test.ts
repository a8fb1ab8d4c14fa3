import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { signalText } from '../src/operators/safe-observation.ts';
import { newEntry } from '../src/classify/entry.ts';
import { fingerprint } from '../src/classify/fingerprint.ts';

const classifier = createClassifier([]);

const known = readFileSync(join(import.meta.dirname, 'fixtures', 'classify', 'formats.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => row.split('\t').slice(2).join('\t'));

/** Arbitrary text: any bytes, text with the characters that formats are made of, and known lines cut and joined. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(...Array.from('{}[]()<>|"\'=:,.-_/%\\ \t\r\x1b0159ERWINFOerrorfaile')),
    maxLength: 120,
  }),
  fc
    .tuple(fc.constantFrom(...known), fc.nat(80), fc.constantFrom(...known))
    .map(([a, cut, b]) => a.slice(0, cut) + b),
);
const line = fc.constantFrom(...known);

describe('the classifier', () => {
  it('judges arbitrary bytes without throwing, and says the same again', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (lines) => {
        const first = newEntry();
        const second = newEntry();
        for (const text of lines) {
          expect(classifier.judge(text, first)).toBe(classifier.judge(text, second));
          expect(second).toEqual(first);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('depends on the entry state as it is stored, not on what was judged in between', () => {
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 5 }),
        anything,
        fc.array(anything),
        (before, text, others) => {
          const entry = newEntry();
          for (const each of before) classifier.judge(each, entry);
          const stored: typeof entry = JSON.parse(JSON.stringify(entry)) as typeof entry;
          const now = classifier.judge(text, entry);
          const elsewhere = newEntry();
          for (const each of others) classifier.judge(each, elsewhere);
          expect(classifier.judge(text, stored)).toBe(now);
        },
      ),
    );
  });

  it('sees through colours, a container prefix and trailing whitespace', () => {
    const colour = fc.constantFrom('\x1b[31m', '\x1b[1;33m', '\x1b[38;5;196m', '\x1b[0m', '\x1b[K');
    fc.assert(
      fc.property(
        line,
        colour,
        colour,
        fc.nat(),
        fc.constantFrom('', ' ', '\t', '   ', '\r'),
        (text, a, b, at, tail) => {
          const plain = classifier.judge(text, newEntry());
          const cut = at % (text.length + 1);
          const dressed = `${a}${text.slice(0, cut)}${b}${text.slice(cut)}`;
          expect([classifier.judge(dressed, newEntry()).level, text]).toEqual([plain.level, text]);
          expect([classifier.judge(text + tail, newEntry()).level, text]).toEqual([plain.level, text]);
          expect([classifier.judge(`web-1  | ${text}`, newEntry()).level, text]).toEqual([plain.level, text]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('says the same by its short cuts as it explains without them', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anything, line), { maxLength: 8 }), (lines) => {
        const first = newEntry();
        const second = newEntry();
        for (const text of lines) {
          const { level, event, rule } = classifier.explain(text, second);
          expect(classifier.judge(text, first)).toMatchObject({ level, event, rule });
          expect(first).toEqual(second);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives each line of two interleaved streams the verdict it has alone', () => {
    fc.assert(
      fc.property(fc.array(anything), fc.array(anything), (left, right) => {
        const alone = (lines: readonly string[]) => {
          const entry = newEntry();
          return lines.map((text) => classifier.judge(text, entry));
        };
        const [a, b] = [newEntry(), newEntry()];
        const mixed: [unknown[], unknown[]] = [[], []];
        for (let i = 0; i < Math.max(left.length, right.length); i++) {
          if (i < left.length) mixed[0].push(classifier.judge(left[i] ?? '', a));
          if (i < right.length) mixed[1].push(classifier.judge(right[i] ?? '', b));
        }
        expect(mixed).toEqual([alone(left), alone(right)]);
      }),
    );
  });
});

describe('fingerprints and what is shown', () => {
  it('mask numbers, so that they are the same for any', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.uuid(), fc.uuid(), fc.ipV4(), fc.ipV4(), (a, b, c, d, e, f) => {
        const text = (n: number, id: string, ip: string) =>
          `order ${n} (${id}) from ${ip}:${(n % 60_000) + 1} took ${n}.5ms at /srv/orders/${n}.json: "${id}" is gone`;
        expect(fingerprint(text(a, c, e))).toBe(fingerprint(text(b, d, f)));
      }),
    );
  });

  it('stay apart for different messages', () => {
    expect(fingerprint('order 12 failed')).not.toBe(fingerprint('order 12 rejected'));
    expect(fingerprint('XGBoost predict failed: Feature shape mismatch, expected: 49, got 22')).toBe(
      'XGBoost predict failed: Feature shape mismatch, expected: <*>, got <*>',
    );
  });

  it('are functions of the text, bounded, and indifferent to colours', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(fingerprint(text)).toBe(fingerprint(text));
        expect(fingerprint(text).length).toBeLessThanOrEqual(200);
        expect(signalText(text)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
        expect(signalText(text).length).toBeLessThanOrEqual(2_001);
        expect(signalText(signalText(text))).toBe(signalText(text));
      }),
    );
    expect(fingerprint('\x1b[31mgone\x1b[0m')).toBe('gone');
  });
});
