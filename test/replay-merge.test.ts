import fc from 'fast-check';
import { of, timer } from 'rxjs';
import { expect, test } from 'vitest';
import type { Line, Observation } from '../src/model.ts';
import { Backpressure } from '../src/streams/saved/backpressure.ts';
import { mergeByTime, type SavedStream } from '../src/streams/saved/merge.ts';
import { advanceInStep, advanceClock, VirtualClock } from '../src/time/virtual-clock.ts';

function line(container: string, at: number, nanos: number, text: string): Line {
  const ts = `${new Date(at).toISOString().slice(0, 23)}${String(nanos).padStart(6, '0')}Z`;
  return {
    type: 'line',
    origin: { id: container, source: 'docker', container, stream: 'stdout', labels: {} },
    ts,
    at,
    text,
  };
}

function saved(name: string, pieces: readonly (readonly Line[])[]): SavedStream {
  const left = [...pieces];
  return { name, read: () => Promise.resolve(left.shift()), close: () => Promise.resolve() };
}

async function all(streams: readonly SavedStream[]): Promise<readonly Observation[]> {
  const merged: Observation[] = [];
  for await (const batch of mergeByTime(streams)) merged.push(...batch);
  return merged;
}

const stamps = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3 })), {
  maxLength: 40,
});

test('any number of logs in any order come out as one, by nanosecond, then container, then line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stamps, { maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      fc.func(fc.nat()),
      async (logs, piece, shuffle) => {
        const lines = logs.map((times, index) =>
          times
            .sort(([a, b], [c, d]) => a - c || b - d)
            .map(([at, nanos], n) => line(`c${index}`, at, nanos, `${n}`)),
        );
        const streams = () =>
          lines.map((own, index) =>
            saved(
              `c${index}`,
              Array.from({ length: Math.ceil(own.length / piece) }, (_, i) =>
                own.slice(i * piece, (i + 1) * piece),
              ),
            ),
          );
        const expected = lines
          .flat()
          .sort(
            (a, b) =>
              (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0) ||
              (a.origin.id < b.origin.id ? -1 : a.origin.id > b.origin.id ? 1 : 0),
          );
        expect(await all(streams())).toEqual(expected);
        const shuffled = streams().sort((a, b) => shuffle(a.name, b.name) - shuffle(b.name, a.name));
        expect(await all(shuffled)).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test('a deadline falls due at its own moment, before the event that comes after it', () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const at = (moment: number) => ({ at: moment });
  of([at(1_000)], [at(2_000), at(9_000)])
    .pipe(advanceClock(clock))
    .subscribe(([item]) => {
      seen.push(`event ${item?.at ?? 0} at ${clock.now()}`);
      if (item?.at === 1_000) clock.schedule(() => void seen.push(`deadline at ${clock.now()}`), 3_000);
    });
  expect(seen).toEqual([
    'event 1000 at 1000',
    'event 2000 at 2000',
    'deadline at 4000',
    'event 9000 at 9000',
  ]);
});

test('an event from before the clock moves nothing back', () => {
  const clock = new VirtualClock();
  clock.advanceTo(5_000);
  clock.advanceTo(1_000);
  expect(clock.now()).toBe(5_000);
});

test('in step, what a deadline calls for is done before the next deadline falls due', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  let working: Promise<void> | undefined;
  const pace = { settled: () => working, due: () => undefined };
  clock.advanceTo(0);
  timer(1_000, clock).subscribe(() => {
    seen.push('effect begins');
    working = new Promise((done) => setImmediate(done)).then(() => void seen.push('effect done'));
  });
  timer(2_000, clock).subscribe(() => seen.push('next deadline'));
  await advanceInStep(clock, 3_000, pace);
  expect(seen).toEqual(['effect begins', 'effect done', 'next deadline']);
});

test('a replay that waits for an effect reads no further meanwhile', async () => {
  const read: number[] = [];
  async function* source() {
    for (let batch = 1; batch <= 3; batch++) {
      read.push(batch);
      yield await Promise.resolve(batch);
    }
  }
  const backlog = new Backpressure();
  const held = backlog.hold(source());
  await held.next();
  backlog.add(2);
  const second = held.next();
  backlog.add(-1);
  await new Promise(setImmediate);
  expect(read).toEqual([1]);
  backlog.add(-1);
  expect(await second).toEqual({ done: false, value: 2 });
  expect((await held.next()).value).toBe(3);
});
