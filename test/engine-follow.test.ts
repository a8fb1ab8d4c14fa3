import { expect, test } from 'vitest';
import { describeEngine, numbered } from './support/engine.ts';
import { follower } from './support/engine-follow.ts';

describeEngine('following a real engine', (engine) => {
  test('lines stored before and written after the start are counted once each', async () => {
    const id = await engine().run({
      name: 'early',
      script: `${numbered(500)}; sleep 2; ${numbered(500, { prefix: 'late' })}; sleep 60`,
    });
    const watched = follower(engine().endpoint);
    await watched.until('1000 lines', () => watched.count('early') >= 1_000);
    expect(new Set(watched.texts('early')).size).toBe(1_000);
    expect(watched.count('early')).toBe(1_000);
    watched.stop();
    await engine().remove(id);
  });

  test('a container that starts later is followed within a second, and its restarts are counted', async () => {
    const watched = follower(engine().endpoint);
    await watched.until('connected', () => watched.source.status().connection.state === 'up');
    const id = await engine().run({ name: 'looper', script: 'echo first; exit 3', restart: 'on-failure:3' });
    await watched.until(
      '4 runs',
      () => watched.count('looper') >= 4 && watched.signals('restart').length >= 3,
    );
    expect(watched.texts('looper')).toEqual(['first', 'first', 'first', 'first']);
    expect(watched.signals('restart').map(({ text }) => text)).toEqual(
      Array(3).fill('restarted by policy after exit code 3'),
    );
    watched.stop();
    await engine().remove(id);
  });
});
