import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merged, mergePatchOf } from '../src/views/merge-patch.ts';

const value = fc.jsonValue({ noUnicodeString: false }).map(withoutNull);

describe('what is sent of a view that has changed', () => {
  test('leads from any view to any other', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const patch = mergePatchOf(before, after);
        expect(patch === undefined ? before : merged(before, JSON.parse(JSON.stringify(patch)))).toEqual(
          after,
        );
      }),
    );
  });

  test('is nothing where nothing has, and only the field where one has', () => {
    const before = { at: 1, containers: { a: { lines: 1, name: 'a' }, b: { lines: 2 } }, list: [1, 2] };
    expect(mergePatchOf(before, structuredClone(before))).toBeUndefined();
    expect(mergePatchOf(before, { at: 2, containers: { a: { lines: 5, name: 'a' } }, list: [1] })).toEqual({
      at: 2,
      containers: { a: { lines: 5 }, b: null },
      list: [1],
    });
  });

  test('takes no name for more than a name', () => {
    const patch: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
    expect(merged({}, patch)).not.toHaveProperty('polluted');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

/** Views hold no null: it stands for a field that is gone. */
function withoutNull(given: unknown): unknown {
  if (given === null) return 0;
  if (Array.isArray(given)) return given.map(withoutNull);
  if (typeof given !== 'object') return Object.is(given, -0) ? 0 : given;
  return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, withoutNull(inner)]));
}
