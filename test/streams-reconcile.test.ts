import { describe, expect, test } from 'vitest';
import { reconciler } from '../src/streams/docker/reconcile.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';

const MAX_SIZE = 10_000_000;

/** The clock of a host, which may step back by an hour. */
class HostClock extends VirtualClock {
  override readonly now: () => number;

  constructor(backAt: number) {
    super();
    this.now = () => this.frame - (this.frame >= backAt ? 3_600_000 : 0);
  }
}

interface Step {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly entries: number;
  /** Bytes each. */
  readonly size?: number;
}

/** Entries every so many milliseconds. */
function steadily(every: number, until: number, step: Omit<Step, 'at'>): Step[] {
  return Array.from({ length: Math.floor(until / every) }, (_, i) => ({ at: (i + 1) * every, ...step }));
}

const NOTHING: (at: number) => boolean = () => false;

/** When reads begin, in milliseconds, and for how many entries; each takes `taking` ms and finds what `fresh` says. */
async function reads(
  steps: readonly Step[],
  { until = 20_000, taking = 10, fresh = NOTHING, abortAt = Infinity, backAt = Infinity } = {},
): Promise<readonly (readonly [at: number, entries: number])[]> {
  const clock = new HostClock(backAt);
  clock.advanceTo(0);
  const closing = new AbortController();
  const begun: (readonly [number, number])[] = [];
  let under = 0;
  const beside = reconciler({
    maxSize: MAX_SIZE,
    clock,
    signal: closing.signal,
    read: (entries) => {
      expect(++under, 'reads at a time').toBe(1);
      const at = clock.frame;
      begun.push([at, entries]);
      return new Promise((resolve) =>
        clock.schedule(() => {
          under--;
          resolve(fresh(at));
        }, taking),
      );
    },
  });
  const coming = [...steps];
  for (let now = 0; now <= until; now += 10) {
    if (now >= abortAt) closing.abort();
    clock.advanceTo(now);
    while ((coming[0]?.at ?? Infinity) <= now) {
      const { entries, size = 100 } = coming.shift() ?? { entries: 0 };
      for (let i = 0; i < entries; i++) beside.note(size);
      beside.plan();
    }
    if (under === 0) await beside.idle();
  }
  return begun;
}

describe('reading a log beside its follow', () => {
  test('begins soon after the follow was opened, and not again while nothing comes', async () => {
    expect(await reads([])).toEqual([[750, 16]]);
  });

  test('waits for four seconds of a log that writes little', async () => {
    expect(
      await reads([
        { at: 3_000, entries: 1 },
        { at: 12_000, entries: 2 },
      ]),
    ).toEqual([
      [750, 16],
      [7_000, 17],
      [16_000, 18],
    ]);
    const slow = await reads(steadily(100, 20_000, { entries: 2 }));
    expect(slow.map(([at]) => at)).toEqual([750, 4_800, 8_810, 12_900, 16_910]);
  });

  test('comes as often as it may of one that writes many entries, or fills fast', async () => {
    for (const step of [{ entries: 60 }, { entries: 1, size: 40_000 }]) {
      const fast = await reads(steadily(100, 3_000, step), { until: 4_000 });
      expect(fast.map(([at]) => at)).toEqual([750, 1_550, 2_350, 3_150]);
    }
  });

  test('a burst after silence is read soon, though nothing follows it', async () => {
    expect(await reads([{ at: 3_000, entries: 200 }])).toEqual([
      [750, 16],
      [3_750, 416],
    ]);
  });

  test('comes at once when a large part of a file has been written', async () => {
    expect(await reads([{ at: 2_000, entries: 3, size: MAX_SIZE / 12 }])).toEqual([
      [750, 16],
      [2_000, 22],
    ]);
  });

  test('is done again soon after one that found what the follow had left out', async () => {
    const found = await reads([], { fresh: (at) => at < 2_000 });
    expect(found.map(([at]) => at)).toEqual([750, 1_510, 2_270]);
  });

  test('is never done twice at a time: what comes meanwhile waits', async () => {
    const long = await reads(steadily(100, 4_000, { entries: 1, size: MAX_SIZE / 4 }), { taking: 1_000 });
    expect(long.map(([at]) => at)).toEqual([100, 1_100, 2_100, 3_100, 4_100]);
  });

  test('asks for no more than half a million entries', async () => {
    expect(await reads([{ at: 100, entries: 400_000 }])).toContainEqual([100, 500_000]);
  });

  test('has no memory of what has been read', async () => {
    const after = await reads([
      { at: 2_000, entries: 1, size: MAX_SIZE / 5 },
      { at: 4_000, entries: 1 },
      { at: 9_500, entries: 1, size: MAX_SIZE / 5 },
    ]);
    expect(after.map(([at]) => at)).toEqual([750, 2_750, 8_000, 10_250]);
  });

  test('is not put off by a clock that steps back', async () => {
    const steps = [
      { at: 2_000, entries: 1 },
      { at: 3_000, entries: 200 },
    ];
    expect((await reads(steps, { backAt: 2_500 })).map(([at]) => at)).toEqual([750, 7_000]);
  });

  test('ends with the signal', async () => {
    expect(await reads([], { fresh: () => true, abortAt: 755 })).toEqual([[750, 16]]);
    expect(await reads(steadily(100, 10_000, { entries: 10 }), { abortAt: 700 })).toEqual([]);
  });
});
