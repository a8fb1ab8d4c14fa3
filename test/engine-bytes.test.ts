import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Position } from '../src/streams/source.ts';
import { describeEngine } from './support/engine.ts';
import { follower } from './support/engine-follow.ts';

/** A script for one line of `count` times x. */
const xs = (count: number) => `head -c ${count} /dev/zero | tr '\\0' x; echo`;

const WRITTEN = [40_000, 16_384, 16_383, 16_385];

// Numbers of cases are those of docs/reference/docker-cases.md.
describeEngine('bytes of every kind', (engine) => {
  test.each(['json-file', 'local'])(
    'lines longer than a piece are whole and counted once, under %s (cases 10 and 11)',
    async (driver) => {
      const id = await engine().run({
        name: `long-${driver}`,
        driver,
        script: `${WRITTEN.map(xs).join(';')}; echo end; sleep 60`,
      });
      const watched = follower(engine().endpoint);
      await watched.until('end', () => watched.texts(`long-${driver}`).includes('end'));
      expect(watched.texts(`long-${driver}`).map((text) => text.length)).toEqual([...WRITTEN, 3]);
      watched.stop();
      await engine().remove(id);
    },
  );

  test.each(['json-file', 'local'])(
    'a long line that a catch-up ends with is not told again by the follow, under %s',
    async (driver) => {
      const folder = mkdtempSync(join(tmpdir(), 'qt-gate-'));
      const id = await engine().run({
        name: 'last',
        driver,
        script: `${xs(40_000)}; while [ ! -e /gate/open ]; do usleep 5000; done; echo end; sleep 60`,
        binds: [`${folder}:/gate:ro`],
      });
      const first = follower(engine().endpoint);
      await first.until('the long line', () => first.count('last') === 1);
      first.stop();
      const second = follower(engine().endpoint);
      const phase = () => second.source.status().containers.find(({ name }) => name === 'last')?.phase;
      await second.until('followed', () => phase() === 'following');
      writeFileSync(join(folder, 'open'), '');
      await second.until('end', () => second.texts('last').includes('end'));
      expect(second.texts('last').map((text) => text.length)).toEqual([40_000, 3]);
      second.stop();
      await engine().remove(id);
      rmSync(folder, { recursive: true });
    },
  );

  test('a last line without its end does not swallow the first of the next run (case 12)', async () => {
    const watched = follower(engine().endpoint);
    const id = await engine().run({ name: 'noeol', script: 'printf noeol' });
    for (let run = 1; run <= 3; run++) {
      await watched.until(`run ${run}`, () => watched.count('noeol') === run);
      await engine().exited(id);
      if (run < 3) await engine().start(id);
    }
    expect(watched.texts('noeol')).toEqual(['noeol', 'noeol', 'noeol']);
    watched.stop();
    await engine().remove(id);
  });

  test('a long line whose end comes later, between lines of the other stream, is one line over a kill of ours (case 13)', async () => {
    const first = follower(engine().endpoint);
    const script = `head -c 16384 /dev/zero | tr '\\0' x; (for i in 1 2 3; do sleep 0.3; echo err $i >&2; done); echo tail; sleep 60`;
    const id = await engine().run({ name: 'open', script });
    await first.until(
      'two lines of the other stream',
      () => first.texts('open').filter((text) => text.startsWith('err')).length === 2,
    );
    const saved: Position = first.stop();
    const second = follower(engine().endpoint, { before: saved });
    await second.until(
      'the tail',
      () =>
        [...first.texts('open'), ...second.texts('open')].filter((text) => text.startsWith('xx')).length > 0,
    );
    await second.until('the third', () => second.texts('open').includes('err 3'));
    const all = [...first.texts('open'), ...second.texts('open')];
    expect(all.filter((text) => text.startsWith('xx')).map((text) => text.length)).toEqual([16_388]);
    expect(all.filter((text) => text.startsWith('err'))).toEqual(['err 1', 'err 2', 'err 3']);
    expect(all).toHaveLength(4);
    second.stop();
    await engine().remove(id);
  });

  test('a container with a terminal: lines of any length, one each (case 31)', async () => {
    const id = await engine().run({
      name: 'tty',
      tty: true,
      script: `echo first; ${xs(20_000)}; echo last; sleep 60`,
    });
    const watched = follower(engine().endpoint);
    await watched.until('last', () => watched.texts('tty').includes('last'));
    expect(watched.texts('tty').map((text) => (text.length > 10 ? text.length : text))).toEqual([
      'first',
      20_000,
      'last',
    ]);
    watched.stop();
    await engine().remove(id);
  });

  test('carriage returns, empty lines, broken and split characters (cases 32 and 33)', async () => {
    const watched = follower(engine().endpoint);
    const euro = `head -c 16383 /dev/zero | tr '\\0' x; printf '\\342\\202\\254\\n'`;
    const script = `printf '10%%\\r20%%\\r30%%\\r\\n'; echo; printf '\\377\\376\\n'; ${euro}; echo end; sleep 60`;
    const json = await engine().run({ name: 'json', script });
    const local = await engine().run({ name: 'local', script, driver: 'local' });
    await watched.until('ends', () => ['json', 'local'].every((name) => watched.texts(name).includes('end')));
    for (const name of ['json', 'local']) {
      const [bar, empty, broken, long = ''] = watched.texts(name);
      expect(bar).toBe('10%\r20%\r30%');
      expect(empty).toBe('');
      expect(broken).toBe('\uFFFD\uFFFD');
      expect(watched.count(name)).toBe(5);
      expect(long.slice(16_383)).toMatch(name === 'local' ? /^€$/ : /^\uFFFD+$/);
    }
    watched.stop();
    await Promise.all([json, local].map((id) => engine().remove(id)));
  });

  test('a driver that keeps nothing is named once and asked no more; one with a cache is read (case 36)', async () => {
    const watched = follower(engine().endpoint);
    const none = await engine().run({ name: 'none', script: 'echo lost; sleep 60', driver: 'none' });
    const cached = await engine().run({
      name: 'cached',
      script: 'echo kept; sleep 60',
      driver: 'syslog',
      logOptions: { 'syslog-address': 'udp://127.0.0.1:5514' },
    });
    const uncached = await engine().run({
      name: 'uncached',
      script: 'echo lost; sleep 60',
      driver: 'syslog',
      logOptions: { 'syslog-address': 'udp://127.0.0.1:5514', 'cache-disabled': 'true' },
    });
    await watched.until('cached', () => watched.count('cached') === 1);
    const phase = (name: string) =>
      watched.source.status().containers.find((one) => one.name === name)?.phase;
    await watched.until(
      'both named',
      () => phase('none') === 'unreadable' && phase('uncached') === 'unreadable',
    );
    expect(watched.log.filter((line) => line.includes('cannot be followed'))).toHaveLength(2);
    watched.stop();
    await Promise.all([none, cached, uncached].map((id) => engine().remove(id)));
  });
});
