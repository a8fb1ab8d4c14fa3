import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordsOf, type LogRecord, keepRecord } from '../src/streams/docker/log-record.ts';
import { PIECE } from '../src/streams/docker/join-lines.ts';
import { keySet } from '../src/streams/docker/key-set.ts';
import { deduplicator, type Deduplicator, type OnLost } from '../src/streams/docker/deduplicator.ts';

interface Row {
  readonly stream: 0 | 1;
  /** Nanoseconds after the start. */
  readonly ns: number;
  readonly text: string;
}

const BASE = Date.parse('2025-12-17T16:00:00Z');

/** The entries of one read of standard output. */
function read(frames: readonly string[]): LogRecord[] {
  const found: LogRecord[] = [];
  const sink = recordsOf((one) => found.push(keepRecord(one)));
  for (const bytes of frames.map((text) => Buffer.from(text))) sink(0, bytes, 0, bytes.length);
  return found;
}

function entry({ stream, ns, text }: Row): LogRecord {
  const stamp = `${new Date(BASE + Math.floor(ns / 1e6)).toISOString().slice(0, -1)}${String(ns % 1e6).padStart(6, '0')}Z`;
  const found: LogRecord[] = [];
  const bytes = Buffer.from(`${stamp} ${text}\n`);
  recordsOf((one) => found.push(keepRecord(one)))(stream, bytes, 0, bytes.length);
  const [made] = found;
  if (made === undefined) throw new Error(`no entry of ${stamp}`);
  return made;
}

const textOf = ({ bytes, start, end }: LogRecord) => bytes.toString('utf8', start, end).trimEnd();

/** Catches up the way a container's log does: ever larger reads of the newest entries until one reaches back. */
function catchUp(
  book: Deduplicator,
  stored: readonly LogRecord[],
  counted: string[],
  gaps: [number, number][] = [],
): void {
  for (let size = 4; ; size = size > 64 ? Infinity : size * 4) {
    const read = book.read({
      size,
      contiguous: false,
      floor: undefined,
      accept: (one) => counted.push(textOf(one)),
      lost: (from, to) => gaps.push([from, to]),
    });
    const rows = size === Infinity ? stored : stored.slice(-size);
    if (rows.every((row) => read.take(row)) && read.end()) return;
  }
}

/** A log as Docker stores it: each stream in the order of its timestamps, the two a few milliseconds apart. */
const logs = fc
  .array(
    fc.record({
      stream: fc.constantFrom<0 | 1>(0, 1),
      step: fc.integer({ min: 1, max: 2_000_000_000 }),
      skew: fc.integer({ min: 0, max: 4_000_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let ns = 10_000_000;
    const newest: [number, number] = [0, 0];
    return steps.map(({ stream, step, skew }, i) => {
      ns += step;
      newest[stream] = Math.max(newest[stream] + 1, ns - skew);
      return entry({ stream, ns: newest[stream], text: `row ${i}` });
    });
  });

test('whatever is read back and whenever we were killed, every entry is counted once, in order', () => {
  fc.assert(
    fc.property(logs, fc.array(fc.nat(60), { maxLength: 6 }), (stored, kills) => {
      const counted: string[] = [];
      let book = deduplicator();
      for (const seen of [...kills.sort((a, b) => a - b), stored.length]) {
        catchUp(book, stored.slice(0, seen), counted);
        book = deduplicator(structuredClone(book.snapshot()));
      }
      expect(counted).toEqual(stored.map(textOf));
    }),
  );
});

test('a follow that repeats and skips, beside reads in order, still counts every entry once', () => {
  fc.assert(
    fc.property(
      logs,
      fc.array(fc.record({ at: fc.nat(60), back: fc.nat(20), read: fc.boolean() }), { maxLength: 30 }),
      (stored, steps) => {
        const counted: string[] = [];
        let book = deduplicator();
        catchUp(book, stored.slice(0, 1), counted);
        let seen = 1;
        for (const { at, back, read } of steps) {
          const to = Math.min(stored.length, seen + at);
          for (const one of stored.slice(Math.max(0, to - back), to))
            if (book.follow(one)) counted.push(textOf(one));
          seen = Math.max(seen, to);
          if (!read) continue;
          book.beginReconcile();
          catchUp(book, stored.slice(0, seen), counted);
          book.endReconcile();
          book = deduplicator(structuredClone(book.snapshot()));
        }
        catchUp(book, stored, counted);
        expect(counted.toSorted()).toEqual(stored.map(textOf).toSorted());
      },
    ),
  );
});

test('entries that were rotated away are a gap, told once with its span', () => {
  const rows = Array.from({ length: 20 }, (_, i) => entry({ stream: 0, ns: i * 1e9, text: `row ${i}` }));
  const book = deduplicator();
  const counted: string[] = [];
  const gaps: [number, number][] = [];
  catchUp(book, rows.slice(0, 5), counted, gaps);
  catchUp(book, rows.slice(8), counted, gaps);
  catchUp(book, rows.slice(8), counted, gaps);
  expect(gaps).toEqual([[BASE + 4_000, BASE + 8_000]]);
  expect(counted).toHaveLength(5 + 12);
});

test('a gap that a follow had come past or into is of its own kind: nobody can tell where it stopped', () => {
  const rows = Array.from({ length: 20 }, (_, i) => entry({ stream: 0, ns: i * 1e9, text: `row ${i}` }));
  const gapAfter = (followed: number, resumed = false): readonly boolean[] => {
    let book = deduplicator();
    const kinds: boolean[] = [];
    const lost: OnLost = (from, to, doubtful) => {
      expect([from, to]).toEqual([BASE + 4_000, BASE + 8_000]);
      kinds.push(doubtful);
    };
    for (const one of rows.slice(0, 5)) book.follow(one);
    book.beginReconcile();
    catchUp(book, rows.slice(0, 5), []);
    book.endReconcile();
    for (const one of rows.slice(5, followed)) book.follow(one);
    if (resumed) book = deduplicator(structuredClone(book.snapshot()));
    const read = book.read({
      size: Infinity,
      contiguous: false,
      floor: undefined,
      accept: () => undefined,
      lost,
    });
    for (const one of rows.slice(8)) read.take(one);
    read.end();
    return kinds;
  };
  expect(gapAfter(5)).toEqual([false]);
  expect(gapAfter(7)).toEqual([true]);
  expect(gapAfter(8)).toEqual([true]);
  expect(gapAfter(12)).toEqual([true]);
  expect(gapAfter(5, true)).toEqual([false]);
  expect(gapAfter(7, true)).toEqual([true]);
});

test('a clock that steps back loses nothing and repeats nothing', () => {
  const before = Array.from({ length: 10 }, (_, i) =>
    entry({ stream: 0, ns: 3_600e9 + i * 1e9, text: `before ${i}` }),
  );
  const after = Array.from({ length: 10 }, (_, i) => entry({ stream: 0, ns: i * 1e9, text: `after ${i}` }));
  const stored = [...before, ...after];
  for (let kill = 0; kill <= stored.length; kill++) {
    const counted: string[] = [];
    const book = deduplicator();
    catchUp(book, stored.slice(0, kill), counted);
    const resumed = deduplicator(structuredClone(book.snapshot()));
    catchUp(resumed, stored, counted);
    expect(counted, `killed after ${kill}`).toEqual(stored.map(textOf));
  }
});

test('equal timestamps with different texts are different entries', () => {
  const rows = ['a', 'b', 'c'].map((text) => entry({ stream: 0, ns: 5, text }));
  const counted: string[] = [];
  const book = deduplicator();
  catchUp(book, rows.slice(0, 2), counted);
  catchUp(book, rows, counted);
  expect(counted).toEqual(['a', 'b', 'c']);
  expect(book.follow(entry({ stream: 0, ns: 5, text: 'd' }))).toBe(true);
  expect(book.follow(entry({ stream: 0, ns: 5, text: 'd' }))).toBe(false);
});

test.each([
  ['different lines of one moment', 1, ['a\n', 'b\n', 'c\n']],
  ['the pieces of a long line', 1, ['x'.repeat(PIECE), 'y'.repeat(PIECE), 'end\n']],
  ['equal pieces of a long line', 2, ['x'.repeat(PIECE), 'x'.repeat(PIECE), 'x\n']],
])('%s that a read has counted are known to the follow that brings them again', (_, least, texts) => {
  const stored = read(texts.map((text) => `2025-12-17T16:00:00.000000005Z ${text}`));
  for (let seen = least; seen <= stored.length; seen++) {
    const counted: string[] = [];
    const book = deduplicator();
    catchUp(book, stored.slice(0, seen), counted);
    for (const later of [book, deduplicator(structuredClone(book.snapshot()))]) {
      expect(
        stored.map((one) => later.follow(one)),
        `of ${seen}`,
      ).toEqual(stored.map((_, i) => i >= seen));
    }
  }
});

test('a follow that begins within a long line that has been counted brings nothing new', () => {
  const stored = read(
    ['x'.repeat(PIECE), 'y'.repeat(PIECE), 'end\n'].map((text) => `2025-12-17T16:00:00.000000005Z ${text}`),
  );
  const book = deduplicator();
  catchUp(book, stored, []);
  const rest = read(['y'.repeat(PIECE), 'end\n'].map((text) => `2025-12-17T16:00:00.000000005Z ${text}`));
  expect(rest.map((one) => book.follow(one))).toEqual([false, false]);
});

test('what has one timestamp is remembered until there is a newer one', () => {
  const book = deduplicator();
  const stored = read(['05Z a\n', '05Z b\n', '06Z c\n'].map((text) => `2025-12-17T16:00:00.0000000${text}`));
  catchUp(book, stored.slice(0, 2), []);
  expect(book.snapshot().alike).toBeDefined();
  catchUp(book, stored, []);
  expect(book.snapshot().alike).toBeUndefined();
});

test('what a follow had brought before a restart makes a gap doubtful until reads have confirmed it', () => {
  const rows = Array.from({ length: 20 }, (_, i) => entry({ stream: 0, ns: i * 1e9, text: `row ${i}` }));
  const before = deduplicator();
  for (const one of rows.slice(0, 5)) before.follow(one);
  const book = deduplicator(structuredClone(before.snapshot()));
  book.beginReconcile();
  catchUp(book, rows.slice(0, 5), []);
  book.endReconcile();
  const kinds: boolean[] = [];
  const after = book.read({
    size: Infinity,
    contiguous: false,
    floor: undefined,
    accept: () => undefined,
    lost: (_from, _to, followed) => kinds.push(followed),
  });
  for (const one of rows.slice(8)) after.take(one);
  after.end();
  expect(kinds).toEqual([false]);
});

test('keys are found again, survive being saved, and go when they are confirmed', () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 500 }), fc.tuple(word, word), (pairs, other) => {
      const keys = keySet();
      for (const [low, high] of pairs) keys.add(low, high);
      const loaded = keySet(keys.encode());
      for (const [low, high] of pairs) expect(loaded.has(low, high)).toBe(true);
      const absent = !pairs.some(([low, high]) => low === other[0] && high === other[1]);
      if (absent && (other[0] > 1 || other[1] !== 0)) expect(loaded.has(...other)).toBe(false);
      loaded.beginGeneration();
      loaded.confirm();
      expect(loaded.size).toBe(0);
    }),
  );
});
