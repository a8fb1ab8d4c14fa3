import { describe, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { checkDocker } from '../src/doctor/check-docker.ts';
import { engineClock } from '../src/streams/docker/engine-clock.ts';
import { stampAt } from '../src/time/timestamp.ts';
import { fakeEngine } from './support/engine-fake.ts';

const NOON = Date.parse('2026-05-04T12:00:00.400Z');

/** Two clocks that go on together, the engine's ahead of ours by `ahead`, and answers that take `took` milliseconds. */
function clocks(ahead: number) {
  let ours = NOON;
  let theirs = NOON + ahead;
  const told: number[] = [];
  const engine = engineClock({ now: () => ours }, (offset) => told.push(offset));
  return {
    engine,
    told,
    pass,
    setTheirs: (by: number) => (theirs += by),
    setOurs: (by: number) => (ours += by),
    answer: (took = 3) => {
      const answered = engine.asking();
      pass(took);
      answered(new Date(theirs).toUTCString());
    },
    error: () => Math.abs(engine.now() - theirs),
  };

  function pass(ms: number): void {
    ours += ms;
    theirs += ms;
  }
}

describe('the clock of an engine', () => {
  test.each([1, 6, 70, 144_000].flatMap((minutes) => [minutes, -minutes]))(
    '%d minutes ahead of ours: learnt to half a second from one answer, and better from more',
    (minutes) => {
      const one = clocks(minutes * 60_000);
      one.answer();
      expect(one.error()).toBeLessThanOrEqual(505);
      for (let i = 0; i < 40; i++) {
        one.pass(20_137);
        one.answer();
      }
      expect(one.error()).toBeLessThanOrEqual(100);
      expect(one.told).toHaveLength(1);
      expect(one.engine.toOurs(one.engine.toTheirs(NOON))).toBe(NOON);
    },
  );

  test('the same clock: never an offset, however slow the answers', () => {
    const same = clocks(0);
    for (let i = 0; i < 500; i++) {
      same.pass(9_973);
      same.answer(i % 7 === 0 ? 8_000 : i % 5);
      expect(same.engine.offset).toBe(0);
    }
    expect(same.told).toEqual([]);
  });

  test('either clock is set while it goes on: the next answer tells', () => {
    const one = clocks(0);
    one.answer();
    one.setTheirs(-70 * 60_000);
    one.answer();
    expect(one.error()).toBeLessThanOrEqual(505);
    one.setOurs(-70 * 60_000);
    one.answer();
    expect(one.error()).toBeLessThanOrEqual(505);
    expect(one.told.map((offset) => Math.round(offset / 60_000))).toEqual([-70, 0]);
  });

  test('answers without a date, or with one that is none, teach nothing', () => {
    const engine = engineClock({ now: () => NOON });
    engine.asking()(undefined);
    engine.asking()('yesterday');
    expect([engine.offset, engine.firstAnswer]).toEqual([0, undefined]);
  });
});

test.each([
  [-360_000, "the engine's clock is 6m behind ours, which is allowed for"],
  [4_200_000, "the engine's clock is 1h10m ahead of ours, which is allowed for"],
  [0, undefined],
])('doctor tells an offset of %d ms', async (ahead, told) => {
  const engine = await fakeEngine({ ahead });
  try {
    const config = configSchema.parse({ docker: { host: engine.endpoint.text } });
    const found = (await checkDocker(config)).map((finding) => finding.found);
    expect(found.find((text) => text.includes('clock'))).toBe(told);
  } finally {
    await engine.close();
  }
});

test('a recording has the times that were decided by: a timestamp of another clock is told in ours, to the nanosecond', () => {
  const ts = '2026-05-04T12:00:00.400123456Z';
  expect(stampAt(ts, NOON)).toBe(ts);
  expect(stampAt(ts, NOON - 3_600_000)).toBe('2026-05-04T11:00:00.400123456Z');
  expect(stampAt('2026-05-04T14:00:00.4+02:00', NOON)).toBe('2026-05-04T14:00:00.4+02:00');
});
