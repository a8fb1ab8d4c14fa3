import fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { KINDS, type Evidence, type Kind, type Signal } from '../src/model.ts';
import { RollingWindow, rollingWindow } from '../src/operators/rolling-window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2025, 11, 17, 16);

function signal(kind: Kind, at: number, container = 'api', text = 'it broke'): Signal {
  return {
    type: 'signal',
    source: 'docker',
    kind,
    at,
    container,
    labels: {},
    text,
    fingerprint: text,
    rule: 'test',
  };
}

test('counts per host and per container equal those of a plain list, to the width of a bucket', () => {
  const event = fc.record({
    kind: fc.constantFrom(...KINDS),
    ago: fc.integer({ min: 0, max: 2 * HOUR }),
    container: fc.constantFrom('api', 'db', 'nginx'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const window = new RollingWindow({ length: HOUR });
      for (const { kind, ago, container } of events) window.add(signal(kind, NOW - ago, container), NOW);
      const tally = window.tally(NOW);
      const inside = events.filter(({ ago }) => ago < HOUR);
      for (const kind of KINDS) {
        expect(tally.counts[kind]).toBe(inside.filter((one) => one.kind === kind).length);
        for (const [name, counts] of tally.containers) {
          expect(counts[kind]).toBe(
            inside.filter((one) => one.kind === kind && one.container === name).length,
          );
        }
      }
      expect(window.late).toBe(events.length - inside.length);
    }),
  );
});

test('a signal leaves the window an hour after its own time, at most one bucket later', () => {
  const window = new RollingWindow({ length: HOUR });
  window.add(signal('error', NOW), NOW);
  expect(window.tally(NOW + HOUR - 1).counts.error).toBe(1);
  expect(window.tally(NOW + HOUR + 10_000).counts.error).toBe(0);
});

test('a late line counts in its own bucket while that is inside the window', () => {
  const window = new RollingWindow({ length: HOUR });
  window.add(signal('error', NOW), NOW);
  window.add(signal('error', NOW - 50 * MINUTE), NOW);
  expect(window.tally(NOW).counts.error).toBe(2);
  expect(window.tally(NOW + 15 * MINUTE).counts.error).toBe(1);
});

test('a line from the future is counted as of now, and said to be', () => {
  const window = new RollingWindow({ length: HOUR });
  window.add(signal('critical', NOW + 3 * HOUR), NOW);
  expect(window.tally(NOW).counts.critical).toBe(1);
  expect(window.clamped).toBe(1);
  expect(window.tally(NOW + HOUR + 10_000).counts.critical).toBe(0);
});

test('the ring does not grow with the signals, and an old slot is emptied before it is used again', () => {
  const window = new RollingWindow({ length: HOUR });
  for (let at = NOW; at < NOW + 3 * HOUR; at += 1_000) window.add(signal('error', at), at);
  const counted = window.tally(NOW + 3 * HOUR).counts.error;
  expect(counted).toBeGreaterThanOrEqual(3_599);
  expect(counted).toBeLessThanOrEqual(3_610);
});

test('messages of one fingerprint are one group with its count and its first and last time', () => {
  const window = new RollingWindow({ length: HOUR });
  for (const ago of [30, 20, 10])
    window.add(signal('error', NOW - ago * MINUTE, 'ai', 'shape mismatch'), NOW);
  window.add(signal('critical', NOW, 'db', 'no database'), NOW);
  const [first, second] = window.tally(NOW).groups;
  expect(first).toMatchObject({ kind: 'critical', container: 'db', count: 1 });
  expect(second).toMatchObject({
    kind: 'error',
    count: 3,
    first: NOW - 30 * MINUTE,
    last: NOW - 10 * MINUTE,
  });
});

test('more distinct messages than a bucket keeps are counted all the same', () => {
  const window = new RollingWindow({ length: HOUR, maxGroups: 5 });
  for (let i = 0; i < 100; i++) window.add(signal('error', NOW, 'api', `message ${i}`), NOW);
  const tally = window.tally(NOW);
  expect(tally.counts.error).toBe(100);
  expect(tally.groups).toHaveLength(5);
});

test('what was taken for the store restores the same tally', () => {
  const window = new RollingWindow({ length: HOUR });
  for (let i = 0; i < 500; i++) {
    window.add(signal(KINDS[i % 4] ?? 'error', NOW - i * 7_000, `c${i % 3}`, `m${i % 11}`), NOW);
  }
  const saved: unknown = JSON.parse(JSON.stringify(window.takeChanges(NOW).buckets));
  const restored = new RollingWindow(
    { length: HOUR },
    saved as ConstructorParameters<typeof RollingWindow>[1],
  );
  expect(restored.tally(NOW)).toEqual(window.tally(NOW));
  expect(window.takeChanges(NOW)).toEqual({ buckets: [], dropped: [] });
});

test('stored buckets that have left the window are named once, also after a restart', () => {
  const window = new RollingWindow({ length: HOUR });
  window.add(signal('error', NOW), NOW);
  const { buckets } = window.takeChanges(NOW);
  const restored = new RollingWindow({ length: HOUR }, buckets);
  for (const one of [window, restored]) {
    expect(one.takeChanges(NOW + HOUR).dropped).toEqual([]);
    expect(one.takeChanges(NOW + HOUR + 10_000).dropped).toEqual([NOW]);
    expect(one.takeChanges(NOW + HOUR + 10_000).dropped).toEqual([]);
  }
});

test('the operator counts at the time of the clock and lets everything through', () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ cold, expectObservable, flush }) => {
    const window = new RollingWindow({ length: HOUR });
    const gap: Evidence = {
      type: 'gap',
      source: 'docker',
      at: 0,
      container: 'api',
      from: 0,
      to: 1,
      reason: 'rotated away',
    };
    const batches = { a: [signal('error', 0)], b: [gap, signal('error', 1)] };
    expectObservable(cold('a 999ms b|', batches).pipe(rollingWindow(window, scheduler))).toBe(
      'a 999ms b|',
      batches,
    );
    flush();
    expect(window.tally(1_000).counts.error).toBe(2);
  });
});

test('of more text than there is room for the oldest is only counted, also after a restart', () => {
  const room = { length: HOUR, maxBytes: 100_000 };
  const window = new RollingWindow(room);
  for (let i = 0; i < 300; i++) {
    const at = NOW + i * 10_000;
    window.add(signal('error', at, 'api', `${i} ${'x'.repeat(2_000)}`), at);
  }
  const end = NOW + 299 * 10_000;
  const tally = window.tally(end);
  expect(tally.counts.error).toBe(300);
  expect(tally.groups.length).toBeGreaterThan(10);
  expect(tally.groups.reduce((sum, { sample }) => sum + sample.length, 0)).toBeLessThan(100_000);
  expect(tally.groups.some(({ sample }) => sample.startsWith('299 '))).toBe(true);
  expect(window.forgotten).toBe(300 - tally.groups.length);
  const { buckets } = window.takeChanges(end);
  expect(JSON.stringify(buckets).length).toBeLessThan(200_000);
  expect(new RollingWindow(room, buckets).tally(end)).toEqual(tally);
});

test('text of two bytes a character counts as that', () => {
  const groups = (text: string): number => {
    const window = new RollingWindow({ length: HOUR, maxBytes: 100_000 });
    for (let i = 0; i < 300; i++) {
      const at = NOW + i * 10_000;
      window.add(signal('error', at, 'api', `${i} ${text}`), at);
    }
    return window.tally(NOW + 299 * 10_000).groups.length;
  };
  expect(groups('交'.repeat(1_000)) * 1.9).toBeLessThan(groups('x'.repeat(1_000)) + 2);
});

test('a critical message is told apart behind a flood of distinct errors', () => {
  const window = new RollingWindow({ length: HOUR, maxGroups: 5 });
  for (let i = 0; i < 100; i++) window.add(signal('error', NOW, 'api', `message ${i}`), NOW);
  window.add(signal('critical', NOW, 'db', 'no database'), NOW);
  expect(window.tally(NOW).groups[0]).toMatchObject({ kind: 'critical', container: 'db' });
});
