import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { expect, test } from 'vitest';
import { describeEngine } from './support/engine.ts';
import { type Follower, follower } from './support/engine-follow.ts';

const MINUTE = 60_000;

/** A clock that is so far ahead of the engine's, and can be set. */
interface Shifted extends SchedulerLike {
  ahead: number;
}

function shifted(ahead: number): Shifted {
  return {
    ahead,
    now() {
      return Date.now() + this.ahead;
    },
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, delay, state);
    },
  };
}

const OFFSETS = [1, 6, 70, 144_000].flatMap((minutes) => [minutes * MINUTE, -minutes * MINUTE]);

/** By how much the times of a container's lines differ from our clock's at the moment they were written. */
function errors(one: Follower, { ahead }: Shifted, container: string): number[] {
  return one.lines
    .filter(({ origin }) => origin.container === container)
    .map(({ at, ts }) => Math.abs(at - (Date.parse(ts) + ahead)));
}

describeEngine('an engine whose clock is not ours', (engine) => {
  test('whatever the offset: what ran before and what starts later is followed, at our time, over a restart too', async () => {
    const before = await engine().run({ name: 'before', script: 'echo up; sleep 600' });
    const all = OFFSETS.map((ahead) => {
      const clock = shifted(ahead);
      return { clock, one: follower(engine().endpoint, { clock }) };
    });
    for (const { one, clock } of all)
      await one.until(
        `up, ${clock.ahead}`,
        () => one.count('before') === 1 && one.source.status().connection.state === 'up',
      );
    const later = await engine().run({ name: 'later', script: 'echo late; exit 1', restart: 'on-failure:1' });
    for (const { one, clock } of all) {
      await one.until(
        `later, ${clock.ahead}`,
        () => one.count('later') === 2 && one.signals('restart').length === 1,
      );
      expect(Math.max(...errors(one, clock, 'before'), ...errors(one, clock, 'later'))).toBeLessThan(1_100);
      const [restart] = one.signals('restart');
      expect(Math.abs((restart?.at ?? 0) - clock.now())).toBeLessThan(10_000);
      const { offset = 0, containers } = one.source.status();
      expect(Math.abs(offset + clock.ahead)).toBeLessThan(1_100);
      for (const { lag, lastLineAt = 0 } of containers) {
        expect(lag).toBeLessThan(10_000);
        expect(Math.abs(lastLineAt - clock.now())).toBeLessThan(60_000);
      }
      expect(one.log.filter((line) => line.includes('clock differs'))).toHaveLength(1);
      expect(one.gaps()).toEqual([]);
    }

    const stopped = all.map(({ one, clock: { ahead } }) => ({ ahead, before: one.stop() }));
    await engine().start(later);
    const again = stopped.map(({ ahead, before }) => {
      const clock = shifted(-ahead);
      return { clock, one: follower(engine().endpoint, { clock, before }) };
    });
    for (const { one, clock } of again) {
      await one.until(`again, ${clock.ahead}`, () => one.count('later') >= 1);
      expect(one.count('before')).toBe(0);
      expect(Math.max(...errors(one, clock, 'later'))).toBeLessThan(1_100);
      expect(one.gaps()).toEqual([]);
      one.stop();
    }
    await engine().remove(before);
    await engine().remove(later);
  }, 60_000);

  test('a clock that is set in the middle is learnt anew within seconds of what happens next', async () => {
    const clock = shifted(0);
    const one = follower(engine().endpoint, { clock });
    await one.until('up', () => one.source.status().connection.state === 'up');
    expect(one.source.status().offset).toBeUndefined();
    const ids: string[] = [];
    for (const ahead of [70 * MINUTE, -6 * MINUTE, 0]) {
      clock.ahead = ahead;
      const name = `set${ahead}`;
      const id = await engine().run({ name, script: 'for i in 1 2 3 4 5 6; do echo up; sleep 1; done' });
      await one.until(name, () => one.count(name) === 6);
      expect(errors(one, clock, name).at(-1)).toBeLessThan(1_100);
      ids.push(id);
    }
    expect(one.gaps()).toEqual([]);
    one.stop();
    for (const id of ids) await engine().remove(id);
  }, 60_000);
});
