import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../src/classify/fingerprint.ts';
import { signalText } from '../src/operators/safe-observation.ts';
import { shownLine } from '../src/operators/shown-line.ts';

test('what is shown of a line is the same whether it is remembered or not', () => {
  const line = fc
    .tuple(
      fc.constantFrom('order', 'login failed: password=', 'token=\u001b[31m', 'x'.repeat(398)),
      fc.integer({ min: 0, max: 400 }),
    )
    .map(([text, n]) => `${text}${n}`);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 1_500 }), (lines) => {
      for (const one of lines) {
        const text = signalText(one);
        expect(shownLine(one)).toEqual({ text, fingerprint: fingerprint(text) });
      }
    }),
    { numRuns: 10 },
  );
  expect(shownLine('password=hunter2')).toBe(shownLine('password=hunter2'));
  expect(shownLine('password=hunter2').text).toBe('password=***');
});
