import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../src/classify/fingerprint.ts';
import { restore } from '../src/daemon/restore.ts';

function pairs(name: string): readonly (readonly [string, string])[] {
  const path = join(import.meta.dirname, 'fixtures', 'fingerprints', name);
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n');
  return rows.map((row) => {
    const [a = '', b = ''] = row.split('\t');
    return [a, b];
  });
}

describe('fingerprints', () => {
  const apart = pairs('apart.tsv');

  it('have at least sixty pairs of different errors to be told apart', () => {
    expect(apart.length).toBeGreaterThanOrEqual(60);
  });

  it.each(apart)('tell apart: %s | %s', (a, b) => {
    expect(fingerprint(a)).not.toBe(fingerprint(b));
  });

  it.each(pairs('together.tsv'))('are one for: %s | %s', (a, b) => {
    expect(fingerprint(a)).toBe(fingerprint(b));
  });

  it('do not change when masked again', () => {
    for (const [a] of [...apart, ...pairs('together.tsv')])
      expect(fingerprint(fingerprint(a))).toBe(fingerprint(a));
  });

  it('cost no more than a text twice as long, whatever it is made of', () => {
    for (const piece of ['a.', 'a=', 'a1', '1-', '"', 'a@', '(', ':a', 'user ', '<*> ', "it's ", '/'])
      expect(fingerprint(piece.repeat(5_000)).length).toBeLessThanOrEqual(200);
  });

  it('of what an earlier version has stored are made anew from the text, and groups that are now one are joined', () => {
    const group = { kind: 'error', container: 'api', count: 2, first: 10, last: 20 } as const;
    const groups = [
      { ...group, fingerprint: 'took <*> ms for <*>', sample: 'took 900 ms for 12' },
      { ...group, fingerprint: 'took <*> s for <*>', sample: 'took 1.2 s for 7', count: 3, last: 30 },
      { ...group, fingerprint: 'exit <n> by itself', sample: 'exit 1 by itself' },
    ];
    const restored = restore({
      positions: new Map(),
      entries: new Map(),
      core: undefined,
      healProcess: undefined,
      savedAt: 0,
      window: new Map([[10, { start: 10, containers: {}, groups }]]),
    });
    expect(restored?.window[0]?.groups).toEqual([
      { ...group, fingerprint: 'took <*> for <*>', sample: 'took 900 ms for 12', count: 5, last: 30 },
      groups[2],
    ]);
  });
});
