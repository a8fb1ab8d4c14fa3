import { expect, test } from 'vitest';
import { describeEngine, numbered } from './support/engine.ts';
import { follower, type Follower } from './support/engine-follow.ts';
import { startProxy } from './support/proxy.ts';

const ALL = ['crash', 'policy', 'oom', 'manual', 'recreate', 'engine'];

/** Begins to follow, and is connected. */
async function connected(watched: Follower): Promise<Follower> {
  await watched.until('connected', () => watched.source.status().connection.state === 'up');
  return watched;
}

// Numbers of cases are those of docs/reference/docker-cases.md.
describeEngine('the life of containers', (engine) => {
  test('ten restarts by hand under load: exact, one follow, none counted as a crash (case 18)', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = await connected(follower(proxy.endpoint));
    const id = await engine().run({
      name: 'again',
      script: `${numbered(200)}; while :; do echo tick; sleep 0.01; done`,
    });
    for (let i = 1; i <= 10; i++) {
      await watched.until(
        `run ${i}`,
        () => watched.texts('again').filter((text) => text === 'line 200').length === i,
      );
      await engine().restartContainer(id);
    }
    await watched.until(
      'run 11',
      () => watched.texts('again').filter((text) => text === 'line 200').length === 11,
    );
    expect(watched.texts('again').filter((text) => text.startsWith('line '))).toHaveLength(11 * 200);
    await watched.until('one follow', () => proxy.open(/follow=1/) === 1);
    expect(watched.signals('restart')).toEqual([]);
    const manual = () => watched.source.status().restarts.filter(({ cause }) => cause === 'manual');
    await watched.until('ten explained', () => manual().length === 10);
    watched.stop();
    await engine().remove(id);
    await proxy.close();
  });

  test('a crash loop is not answered with a loop of requests (case 19)', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = await connected(follower(proxy.endpoint));
    const id = await engine().run({ name: 'crashing', script: 'echo up; exit 3', restart: 'always' });
    await watched.until('five restarts', () => watched.signals('restart').length >= 5);
    const runs = watched.count('crashing');
    expect(proxy.seen(/logs\?.*follow=1/)).toBeLessThanOrEqual(runs + 1);
    expect(proxy.seen(/logs\?/)).toBeLessThanOrEqual(6 * (runs + 1));
    watched.stop();
    await engine().remove(id);
    await proxy.close();
  });

  test('pausing and renaming leave one follow and no gap (case 20)', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = await connected(follower(proxy.endpoint));
    const id = await engine().run({
      name: 'before',
      script: 'for i in $(seq 1 300); do echo line $i; sleep 0.01; done; sleep 60',
    });
    await watched.until('some lines', () => watched.count('before') > 20);
    await engine().api('POST', `/containers/${id}/pause`);
    await engine().api('POST', `/containers/${id}/rename?name=after`);
    await engine().api('POST', `/containers/${id}/unpause`);
    await watched.until('300 lines', () => watched.count('before') + watched.count('after') >= 300);
    expect(watched.count('before') + watched.count('after')).toBe(300);
    expect(proxy.open(/follow=1/)).toBe(1);
    expect(watched.gaps()).toEqual([]);
    watched.stop();
    await engine().remove(id);
    await proxy.close();
  });

  test('a container that removes itself is counted to its end, or what is unsure is told (case 21)', async () => {
    const watched = await connected(follower(engine().endpoint));
    const names = Array.from({ length: 10 }, (_, i) => `brief${i}`);
    await Promise.all(
      names.map((name) =>
        engine().run({ name, autoRemove: true, script: `${numbered(2_000)}; printf noeol` }),
      ),
    );
    const unsure = (name: string) => watched.gaps().some(({ container }) => container === name);
    await watched.until('all of them', () =>
      names.every((name) => watched.count(name) === 2_001 || unsure(name)),
    );
    for (const name of names) if (!unsure(name)) expect(watched.count(name)).toBe(2_001);
    watched.stop();
  });

  test('the same name under a new id starts afresh, and is known as recreated (case 22)', async () => {
    const watched = await connected(follower(engine().endpoint, { restarts: ALL }));
    const first = await engine().run({ name: 'same', script: 'echo one; sleep 60' });
    await watched.until('first', () => watched.count('same') === 1);
    await engine().remove(first);
    const second = await engine().run({ name: 'same', script: 'echo two; sleep 60' });
    const causes = () =>
      watched.signals('restart').flatMap(({ container, cause }) => (container === 'same' ? [cause] : []));
    await watched.until('second', () => watched.count('same') === 2 && causes().length > 0);
    expect(watched.texts('same')).toEqual(['one', 'two']);
    expect(causes()).toEqual(['recreate']);
    // What it is made from is told once for each, beside the engine's version.
    const setups = () => watched.seen.flatMap((one) => (one.type === 'setup' ? [one] : []));
    await watched.until('both setups', () => setups().some(({ id }) => id === second));
    const told = setups().map(({ id, container, parts }) => [container, id, Object.keys(parts)]);
    expect(told).toContainEqual(['', 'docker', ['version']]);
    expect(told.filter(([container]) => container === 'same')).toEqual([
      ['same', first, expect.arrayContaining(['image', 'image id', 'env PATH'])],
      ['same', second, expect.arrayContaining(['image', 'image id', 'env PATH'])],
    ]);
    watched.stop();
    await engine().remove(second);
  });

  test('containers gone in a moment are heard all the same (case 24)', async () => {
    const watched = await connected(follower(engine().endpoint));
    const names = Array.from({ length: 50 }, (_, i) => `hi${i}`);
    const ids: string[] = [];
    for (let at = 0; at < names.length; at += 10) {
      ids.push(
        ...(await Promise.all(
          names.slice(at, at + 10).map((name) => engine().run({ name, script: 'echo hi' })),
        )),
      );
    }
    await watched.until('50 lines', () => names.every((name) => watched.count(name) >= 1), 60_000);
    expect(names.map((name) => watched.texts(name))).toEqual(names.map(() => ['hi']));
    watched.stop();
    await Promise.all(ids.map((id) => engine().remove(id)));
  }, 90_000);

  test('an exec that fails is no crash, a label cannot hide one, and running out of memory is critical (cases 25 to 27)', async () => {
    const watched = await connected(follower(engine().endpoint));
    const calm = await engine().run({ name: 'calm', script: 'sleep 60' });
    await engine().exec(calm, ['/bin/sh', '-c', 'exit 3']);
    const masked = await engine().run({
      name: 'masked',
      labels: { exitCode: '0' },
      script: 'sleep 0.3; exit 5',
      restart: 'on-failure:1',
    });
    const greedy = await engine().run({
      name: 'greedy',
      memory: 16 * 1024 * 1024,
      restart: 'on-failure:1',
      script: 'sleep 0.3; exec awk \'BEGIN{s="x";while(1)s=s s}\'',
    });
    await watched.until('crash', () =>
      watched.signals('restart').some(({ container }) => container === 'masked'),
    );
    await watched.until('oom', () =>
      watched.signals('restart').some(({ container }) => container === 'greedy'),
    );
    const told = (name: string) =>
      watched
        .signals()
        .filter(({ container }) => container === name)
        .map(({ text }) => text);
    expect(told('masked')).toEqual(['restarted by policy after exit code 5']);
    expect(told('greedy').slice(0, 2)).toEqual([
      'out of memory: a process of the container was killed',
      'restarted by policy after running out of memory',
    ]);
    expect(told('calm')).toEqual([]);
    watched.stop();
    await Promise.all([calm, masked, greedy].map((id) => engine().remove(id)));
  });

  test('every way of stopping and starting is told apart (case 26)', async () => {
    const watched = await connected(follower(engine().endpoint, { restarts: ALL }));
    const trap = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";
    const id = await engine().run({ name: 'told', script: trap, restart: 'on-failure' });
    const runs = (count: number) => watched.until(`run ${count}`, () => watched.count('told') === count);
    const causes = () =>
      watched.signals('restart').flatMap(({ container, cause }) => (container === 'told' ? [cause] : []));
    await runs(1);
    await engine().restartContainer(id, 5);
    await runs(2);
    await engine().stopContainer(id, 5);
    await engine().start(id);
    await runs(3);
    await engine().kill(id);
    await engine().exited(id);
    await engine().start(id);
    await runs(4);
    await watched.until('three causes', () => causes().length >= 3);
    expect(causes()).toEqual(['manual', 'manual', 'manual']);
    const facts = watched.seen.filter((one) => one.type === 'container' && one.state === 'exited');
    expect(facts.length).toBeGreaterThanOrEqual(2);
    watched.stop();
    await engine().remove(id);
  });

  test('restarts that nobody told of are counted after a cut of the events (case 28)', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = await connected(follower(proxy.endpoint));
    const id = await engine().run({
      name: 'missed',
      script: 'echo up; while [ ! -e /tmp/die ]; do sleep 0.05; done; rm /tmp/die; exit 4',
      restart: 'always',
    });
    const busy = await engine().run({ name: 'busy', script: 'sleep 600' });
    await watched.until('up', () => watched.count('missed') === 1);
    proxy.hang(true);
    proxy.cut(/\/events/);
    const restarts = async () => {
      const { RestartCount, State } = JSON.parse(
        (await engine().api('GET', `/containers/${id}/json`)).body,
      ) as {
        RestartCount: number;
        State: { Restarting: boolean };
      };
      return State.Restarting ? 'restarting' : RestartCount;
    };
    for (let i = 1; i <= 2; i++) {
      await engine().exec(id, ['/bin/touch', '/tmp/die']);
      await expect.poll(restarts).toBe(i);
    }
    for (let i = 0; i < 100; i++) await engine().exec(busy, ['/bin/true']);
    proxy.hang(false);
    const signals = () => watched.signals('restart').filter(({ container }) => container === 'missed');
    await watched.until('both restarts', () => signals().length >= 2, 60_000);
    await watched.until('three runs', () => watched.count('missed') === 3);
    expect(signals()).toHaveLength(2);
    watched.stop();
    await Promise.all([id, busy].map((one) => engine().remove(one)));
    await proxy.close();
  }, 120_000);
});
