import { debounceTime, of, timer } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { liveClock, type Jump } from '../src/time/live-clock.ts';
import { NOON } from './support/state.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A machine whose two clocks the test moves: time that passes moves both, `set` the wall clock alone. */
function machine() {
  let wall = NOON;
  let monotonic = 123.4;
  const jumps: Jump[] = [];
  return {
    jumps,
    clock: () => liveClock((jump) => jumps.push(jump), { wall: () => wall, monotonic: () => monotonic }),
    pass: (ms: number) => {
      wall += ms;
      monotonic += ms;
    },
    set: (by: number) => {
      wall += by;
    },
  };
}

describe('the live clock', () => {
  test('starts at the wall clock and goes on with the time that passes, in whole milliseconds', () => {
    const { clock, pass, jumps } = machine();
    const live = clock();
    expect(live.now()).toBe(NOON);
    pass(1_234.56);
    expect(live.now()).toBe(NOON + 1_234);
    expect(jumps).toEqual([]);
  });

  test('follows a jump of the wall clock forwards, as after a suspend, and tells it once', () => {
    const { clock, pass, set, jumps } = machine();
    const live = clock();
    set(HOUR);
    pass(10);
    expect([live.now(), live.now()]).toEqual([NOON + HOUR + 10, NOON + HOUR + 10]);
    expect(jumps).toEqual([{ by: HOUR, adopted: true, ahead: 0 }]);
  });

  test('is set back with a wall clock that is set back by more than a minute, and says by how much', () => {
    const { clock, pass, set, jumps } = machine();
    const live = clock();
    set(-100 * 24 * HOUR);
    pass(10);
    expect([live.now(), live.setBack()]).toEqual([NOON - 100 * 24 * HOUR + 10, 100 * 24 * HOUR]);
    set(-2 * MINUTE);
    expect([live.now(), live.setBack()]).toEqual([
      NOON - 100 * 24 * HOUR - 2 * MINUTE + 10,
      100 * 24 * HOUR + 2 * MINUTE,
    ]);
    expect(jumps.map(({ by, adopted, ahead }) => [by, adopted, ahead])).toEqual([
      [-100 * 24 * HOUR, true, 0],
      [-2 * MINUTE, true, 0],
    ]);
  });

  test('does not go back a little with the wall clock: it goes on at its pace, and tells that once', () => {
    const { clock, pass, set, jumps } = machine();
    const live = clock();
    set(-MINUTE);
    const seen = [0, 10, 10].map((ms) => {
      pass(ms);
      return live.now();
    });
    expect(seen).toEqual([NOON, NOON + 10, NOON + 20]);
    expect(jumps).toEqual([{ by: -MINUTE, adopted: false, ahead: MINUTE }]);
    expect(live.setBack()).toBe(0);
  });

  test('when the wall clock comes back after a jump it is level with it again, and not ahead', () => {
    const { clock, set, pass, jumps } = machine();
    const live = clock();
    set(-MINUTE);
    live.now();
    set(MINUTE);
    expect(live.now()).toBe(NOON);
    set(HOUR);
    pass(5);
    expect(live.now()).toBe(NOON + HOUR + 5);
    expect(jumps.map(({ by, adopted }) => [by, adopted])).toEqual([
      [-MINUTE, false],
      [MINUTE, false],
      [HOUR, true],
    ]);
  });

  test('leaves a drift of up to two seconds alone', () => {
    const { clock, set, jumps } = machine();
    const live = clock();
    set(2_000);
    expect(live.now()).toBe(NOON);
    set(-4_000);
    expect(live.now()).toBe(NOON);
    expect(jumps).toEqual([]);
  });

  test('never goes back between being set back, over ten thousand random jumps and pauses', () => {
    const { clock, set, pass } = machine();
    const live = clock();
    let seed = 42;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    let last = live.now();
    for (let i = 0; i < 10_000; i += 1) {
      pass(random(3_000));
      if (random(3) === 0) set(random(20_000) - 10_000);
      const now = live.now() + live.setBack();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  test('serves RxJS as a scheduler: delays, repeats, and operators that ask for the time', async () => {
    const live = liveClock(() => undefined);
    const ticks: number[] = [];
    await new Promise<void>((resolve) => {
      const subscription = timer(1, 1, live).subscribe((tick) => {
        ticks.push(tick);
        if (tick === 2) resolve();
      });
      subscription.add(of('x').pipe(debounceTime(1, live)).subscribe());
    });
    expect(ticks.slice(0, 3)).toEqual([0, 1, 2]);
  });

  test('a delay longer than a Node timer can hold does not fire at once', async () => {
    const live = liveClock(() => undefined);
    const fired: string[] = [];
    const far = timer(40 * 24 * HOUR, live).subscribe(() => fired.push('far'));
    await new Promise<void>((resolve) => timer(20, live).subscribe(() => resolve()));
    far.unsubscribe();
    expect(fired).toEqual([]);
  });
});
