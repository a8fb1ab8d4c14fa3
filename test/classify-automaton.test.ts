import fc from 'fast-check';
import { expect, test } from 'vitest';
import { automaton } from '../src/classify/automaton.ts';
import { parsePattern } from '../src/classify/pattern.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  ' ',
  '=',
  String.raw`\d`,
  String.raw`\w`,
  String.raw`\S`,
  '[a-c]',
  '[^b]',
  '[ab=]',
  String.raw`[\d.]`,
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}', '{2,}');
const piece = fc.tuple(atom, quantifier).map((parts) => parts.join(''));
const branch = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const group = fc
  .tuple(fc.array(branch, { minLength: 1, maxLength: 3 }), quantifier)
  .map(([branches, many]) => `(?:${branches.join('|')})${many}`);
const pattern = fc
  .tuple(branch, fc.option(group), fc.constantFrom('', '', '$', '(?: |$)'))
  .map((parts) => parts.join(''));
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '=', '0', '.'), maxLength: 12 });

test('an automaton says of every line what the regular expressions say', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 3 }),
      fc.array(text, { minLength: 1 }),
      (patterns, texts) => {
        const matches = automaton(patterns);
        const expressions = patterns.map((source) => new RegExp(`^(?:${source})`));
        for (const line of texts) {
          const bytes = Buffer.from(`before${line}after`);
          const said = matches(bytes, 6, 6 + line.length);
          expect(said, line).toBe(expressions.some((expression) => expression.test(line)));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a line that begins with date and time is told as if byte by byte', () => {
  const dated = fc.tuple(
    fc.constantFrom(
      '2025-12-17 16:06:14',
      '1999-01-01T00:00:00',
      '2025-12-17_16:06:14',
      '20x5-12-17 16:06:14',
    ),
    text,
  );
  const patterns = [String.raw`[\d\-]+ [\d:]+ab`, String.raw`\d{4}-\d\d-\d\dT[\d:]+\S`, String.raw`\S+ \S+=`];
  for (const more of [[], ['1']]) {
    const matches = automaton([...patterns, ...more]);
    const expressions = [...patterns, ...more].map((source) => new RegExp(`^(?:${source})`));
    fc.assert(
      fc.property(dated, (parts) => {
        const line = parts.join('');
        const said = matches(Buffer.from(line), 0, line.length);
        expect(said, line).toBe(expressions.some((expression) => expression.test(line)));
      }),
    );
  }
});

test('bytes beyond ASCII belong to what is excluded from a class, and to nothing that is named', () => {
  const bytes = Buffer.from('é');
  expect(automaton(['[^"]'])(bytes, 0, bytes.length)).toBe(true);
  expect(automaton([String.raw`\S`])(bytes, 0, bytes.length)).toBe(false);
});

test.each(['a.b', '(a)', '(?=a)', 'a**', '[a', '(?:a', 'a)', String.raw`\bword`, '^a'])(
  'what is no part of the notation is refused with its place: %s',
  (source) => {
    expect(() => parsePattern(source)).toThrow(/^.*: expected .* at \d+$/);
  },
);
