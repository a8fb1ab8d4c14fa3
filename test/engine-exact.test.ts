import { expect, test } from 'vitest';
import type { Position } from '../src/streams/source.ts';
import { describeEngine, numbered } from './support/engine.ts';
import { follower, type Follower } from './support/engine-follow.ts';
import { startProxy } from './support/proxy.ts';

/** How often each of `<prefix> 1` to `<prefix> count` is missing or came twice. */
function faults(
  texts: readonly string[],
  count: number,
  prefix = 'line',
): { missing: number; twice: number } {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  let missing = 0;
  let twice = 0;
  for (let i = 1; i <= count; i++) {
    const seen = times.get(`${prefix} ${i}`) ?? 0;
    if (seen === 0) missing++;
    if (seen > 1) twice++;
  }
  return { missing, twice };
}

/** Runs of missing lines, as `from..to`, whose span of time touches no gap that was told. */
function untold(watched: Follower, container: string, count: number): string[] {
  const times = new Map(
    watched.lines
      .filter(({ origin }) => origin.container === container)
      .map(({ text, at }) => [text, at] as const),
  );
  const gaps = watched.gaps();
  const runs: string[] = [];
  let before = -Infinity;
  for (let i = 1; i <= count; i++) {
    const at = times.get(`line ${i}`);
    if (at !== undefined) {
      before = at;
      continue;
    }
    const first = i;
    while (i < count && !times.has(`line ${i + 1}`)) i++;
    const after = times.get(`line ${i + 1}`) ?? Infinity;
    if (!gaps.some(({ from, to }) => from <= after && to >= before)) runs.push(`${first}..${i}`);
  }
  return runs;
}

function phaseOf(watched: Follower, container: string): string | undefined {
  return watched.source.status().containers.find((one) => one.container === container)?.phase;
}

const NONE = { missing: 0, twice: 0 };

// Numbers of cases are those of docs/reference/docker-cases.md.
describeEngine('counting exactly', (engine) => {
  test('every last line is counted although the stream ends before it was sent (case 1)', async () => {
    const watched = follower(engine().endpoint);
    const names = Array.from({ length: 16 }, (_, i) => `tail${i}`);
    const ids = await Promise.all(
      names.map((name) => engine().run({ name, script: `${numbered(20_000)}; printf noeol` })),
    );
    await Promise.all(ids.map((id) => engine().exited(id)));
    await watched.until(
      '20001 lines each',
      () => names.every((name) => watched.count(name) >= 20_001),
      60_000,
    );
    for (const name of names) {
      expect(watched.count(name)).toBe(20_001);
      expect(faults(watched.texts(name), 20_000)).toEqual(NONE);
      expect(watched.texts(name)).toContain('noeol');
    }
    watched.stop();
    await Promise.all(ids.map((id) => engine().remove(id)));
  }, 90_000);

  test('rotation neither repeats nor loses lines (cases 2 and 3)', async () => {
    const watched = follower(engine().endpoint);
    const small = await engine().run({
      name: 'small',
      script: `${numbered(1_500, { burst: 1, pause: 0.002 })}; echo end; sleep 60`,
      logOptions: { 'max-size': '10k', 'max-file': '2' },
    });
    const bursts = await engine().run({
      name: 'bursts',
      script: `${numbered(200_000, { burst: 20_000, pause: 1 })}; echo end; sleep 60`,
      logOptions: { 'max-size': '10m', 'max-file': '3' },
    });
    await watched.until(
      'both ended',
      () => ['small', 'bursts'].every((name) => watched.texts(name).includes('end')),
      60_000,
    );
    await watched.until(
      'all lines',
      () => watched.count('small') >= 1_501 && watched.count('bursts') >= 200_001,
    );
    expect(faults(watched.texts('small'), 1_500)).toEqual(NONE);
    expect(faults(watched.texts('bursts'), 200_000)).toEqual(NONE);
    expect(watched.gaps()).toEqual([]);
    watched.stop();
    await Promise.all([small, bursts].map((id) => engine().remove(id)));
  }, 120_000);

  test('a flood faster than anybody can read is either counted exactly or told as a gap (case 3)', async () => {
    const watched = follower(engine().endpoint);
    const id = await engine().run({
      name: 'flood',
      script: `${numbered(500_000)}; echo end`,
      logOptions: { 'max-size': '10m', 'max-file': '3' },
    });
    await engine().exited(id);
    await watched.until('the end', () => watched.texts('flood').includes('end'), 60_000);
    // The follow may bring the end first, and what it left out is found when the log has been read once more.
    await watched.until('read again', () => phaseOf(watched, 'flood') === 'stopped');
    watched.source.flush();
    const { missing, twice } = faults(watched.texts('flood'), 500_000);
    expect(twice).toBe(0);
    expect(untold(watched, 'flood', 500_000)).toEqual([]);
    // What the follow came past and no read could confirm is told as well, and says so.
    if (missing === 0)
      for (const { reason } of watched.gaps()) expect(reason).toMatch(/some of it may be missing$/);
    watched.stop();
    await engine().remove(id);
  }, 120_000);

  test('a follow that has gone deaf is found out and opened again (case 4)', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = follower(proxy.endpoint);
    const id = await engine().run({
      name: 'deaf',
      script: 'while [ ! -e /tmp/go ]; do sleep 0.1; done; seq 1 100; sleep 60',
      logOptions: { 'max-size': '10m' },
    });
    await watched.until('followed', () => proxy.open(/follow=1/) > 0);
    proxy.stall(/follow=1/);
    await engine().exec(id, ['/bin/touch', '/tmp/go']);
    await watched.until('100 lines', () => watched.count('deaf') >= 100, 25_000);
    await watched.until('found out', () => watched.log.some((line) => line.includes('deaf')));
    expect(watched.count('deaf')).toBe(100);
    watched.stop();
    await proxy.close();
    await engine().remove(id);
  }, 60_000);

  test('a stream that ends while the container runs is taken up again (case 5)', async () => {
    const watched = follower(engine().endpoint);
    const id = await engine().run({
      name: 'single',
      script: `${numbered(5_000, { burst: 500, pause: 0.2 })}; sleep 3; echo afterwards; sleep 60`,
      logOptions: { 'max-size': '10k', 'max-file': '1' },
    });
    await watched.until('the line after', () => watched.texts('single').includes('afterwards'), 40_000);
    watched.source.flush();
    expect(faults(watched.texts('single'), 5_000).twice).toBe(0);
    expect(untold(watched, 'single', 5_000)).toEqual([]);
    watched.stop();
    await engine().remove(id);
  }, 60_000);

  test('two streams stored out of order stay exact over five kills of ours (case 8)', async () => {
    const half = 100_000;
    const out = numbered(half, { prefix: 'out' });
    const err = numbered(half, { prefix: 'err', to: 'stderr' });
    const id = await engine().run({ name: 'both', script: `${out} & ${err}; wait; sleep 60` });
    const texts: string[] = [];
    let saved: Position | undefined;
    for (let life = 0; life < 6; life++) {
      const watched = follower(engine().endpoint, saved === undefined ? {} : { before: saved });
      const enough = life === 5 ? 2 * half - texts.length : 25_000;
      await watched.until('its share', () => watched.count('both') >= enough, 60_000);
      saved = watched.checkpoint();
      texts.push(...watched.texts('both'));
      // What comes between the last checkpoint and the kill is lost with it, and must be read again.
      if (life < 5) await watched.until('more', () => watched.count('both') > enough + 5_000 || life > 2);
      watched.stop();
    }
    expect(faults(texts, half, 'out')).toEqual(NONE);
    expect(faults(texts, half, 'err')).toEqual(NONE);
    expect(texts.length).toBe(2 * half);
    await engine().remove(id);
  }, 120_000);

  test('a proxy that cuts every connection after two seconds costs nothing and counts nothing twice (case 41)', async () => {
    const proxy = await startProxy(engine().socket, { cutAfter: 2_000 });
    const watched = follower(proxy.endpoint);
    const id = await engine().run({
      name: 'cut',
      script: `${numbered(5_000, { burst: 10, pause: 0.01 })}; echo end; sleep 60`,
    });
    const quiet = await engine().run({ name: 'quiet', script: 'echo once; sleep 60' });
    await watched.until('the end', () => watched.texts('cut').includes('end'), 60_000);
    await watched.until('ten cuts', () => proxy.cuts() >= 10, 60_000);
    expect(watched.count('cut')).toBe(5_001);
    expect(faults(watched.texts('cut'), 5_000)).toEqual(NONE);
    expect(watched.texts('quiet')).toEqual(['once']);
    expect(watched.log.filter((line) => line.startsWith('warn'))).toEqual([]);
    watched.stop();
    await proxy.close();
    await Promise.all([id, quiet].map((one) => engine().remove(one)));
  }, 120_000);
});
