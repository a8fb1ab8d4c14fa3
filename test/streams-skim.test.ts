import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONGEST_SKIMMED, skimRecords } from '../src/streams/skim.ts';

/** Harmless is what begins with an i. */
const harmless = (bytes: Uint8Array, from: number, end: number): boolean => from < end && bytes[from] === 105;

/** Each of the pieces of one chunk that was skimmed. */
function skimmed(pieces: readonly string[], skim = skimRecords(harmless)): string[] {
  const chunk = Buffer.from(pieces.join(''));
  let start = 0;
  return pieces.filter((piece) => {
    const end = start + piece.length;
    const is = skim(chunk, start, end);
    start = end;
    return is;
  });
}

describe('harmless entries of a chunk', () => {
  test.each([
    ['with a line ending and without', ['in\n', 'is'], ['in\n', 'is']],
    ['not what is not harmless', ['in\n', 'out\n', 'is\n'], ['in\n', 'is\n']],
    ['not a line that a return takes back', ['in\n', 'is\rout\n', 'it\n'], ['in\n', 'it\n']],
    ['not a line that ends with a return', ['in\r\n', 'is\n'], ['is\n']],
    ['whatever stands before and behind', ['\r', 'in\n', '\r'], ['in\n']],
    ['not an empty one', ['', '\n', 'in'], ['in']],
  ])('%s', (_, pieces, expected) => {
    expect(skimmed(pieces)).toEqual(expected);
  });

  test('not a line that may be in pieces', () => {
    const longest = 'i'.repeat(LONGEST_SKIMMED);
    expect(skimmed([`${longest}\n`, `${longest}i\n`])).toEqual([`${longest}\n`]);
  });

  test('are the same, however chunks follow each other', () => {
    const piece = fc
      .array(fc.constantFrom('i', 'o', '\r'), { maxLength: 6 })
      .chain((text) => fc.constantFrom('\n', '').map((end) => `${text.join('')}${end}`));
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 8 }), { maxLength: 6 }), (chunks) => {
        const skim = skimRecords(harmless);
        for (const pieces of chunks) {
          expect(skimmed(pieces, skim)).toEqual(
            pieces.filter((text) => text.startsWith('i') && !text.includes('\r')),
          );
        }
      }),
    );
  });
});
