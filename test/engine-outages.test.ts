import { expect, test } from 'vitest';
import { createServer } from 'node:http';
import { probe } from '../src/streams/docker/probe.ts';
import { describeEngine, noEngine, numbered, startEngine } from './support/engine.ts';
import { follower } from './support/engine-follow.ts';
import { startProxy } from './support/proxy.ts';

const SCRIPT = `${numbered(400, { burst: 1, pause: 0.02 })}; sleep 600`;

/** Numbers seen of `line 1` and so on, in order, with how often each came. */
function repeated(texts: readonly string[]): string[] {
  return texts.filter((text, i) => texts.indexOf(text) !== i);
}

// Numbers of cases are those of docs/reference/docker-cases.md.
test.skipIf(noEngine !== undefined).each([
  ['SIGTERM', true],
  ['SIGKILL', true],
])(
  'an engine that ends by %s while containers live on: every line once, no restart counted (case 38)',
  async (signal) => {
    const engine = await startEngine({ liveRestore: true });
    const watched = follower(engine.endpoint);
    try {
      const names = ['aa', 'bb', 'cc', 'dd'];
      await Promise.all(names.map((name) => engine.run({ name, script: SCRIPT, restart: 'always' })));
      await watched.until('some lines', () => names.every((name) => watched.count(name) > 50));
      await (signal === 'SIGTERM' ? engine.terminate() : engine.kill9());
      await watched.until('down', () => watched.source.status().connection.state === 'down');
      await engine.boot();
      await watched.until('all lines', () => names.every((name) => watched.count(name) >= 400), 40_000);
      for (const name of names) {
        expect(watched.count(name)).toBe(400);
        expect(repeated(watched.texts(name))).toEqual([]);
      }
      expect(watched.signals('restart')).toEqual([]);
      expect(watched.gaps()).toEqual([]);
      expect(watched.log.filter((line) => line.includes('cannot be reached'))).toHaveLength(1);
    } finally {
      watched.stop();
      await engine.stop();
    }
  },
  120_000,
);

describeEngine('an engine that goes away and comes back', (engine) => {
  test.each(['SIGTERM', 'SIGKILL'])(
    'by %s: containers start again with it, which is no crash (case 38)',
    async (signal) => {
      const watched = follower(engine().endpoint, {
        restarts: ['crash', 'policy', 'oom', 'engine'],
      });
      const name = `back-${signal}`;
      const id = await engine().run({ name, script: 'echo up; sleep 600', restart: 'always' });
      await watched.until('up', () => watched.count(name) === 1);
      await (signal === 'SIGTERM' ? engine().terminate() : engine().kill9());
      await watched.until('down', () => watched.source.status().connection.state === 'down');
      await engine().boot();
      await watched.until('up again', () => watched.count(name) === 2, 40_000);
      const causes = () =>
        watched.signals('restart').flatMap((one) => (one.container === name ? [one.cause] : []));
      await watched.until('explained', () => causes().length > 0);
      expect(causes()).toEqual(['engine']);
      expect(watched.texts(name)).toEqual(['up', 'up']);
      watched.stop();
      await engine().remove(id);
    },
    90_000,
  );

  test('an engine that accepts and never answers is told as away, and caught up with afterwards', async () => {
    const proxy = await startProxy(engine().socket);
    const watched = follower(proxy.endpoint);
    const id = await engine().run({
      name: 'hung',
      script: 'for i in $(seq 1 60); do echo line $i; sleep 0.05; done; sleep 600',
    });
    await watched.until('some lines', () => watched.count('hung') > 5);
    proxy.hang(true);
    proxy.cut(/./);
    await watched.until('blind', () => watched.coverage.some(({ blind }) => blind), 30_000);
    proxy.hang(false);
    await watched.until('all lines', () => watched.count('hung') >= 60, 60_000);
    await watched.until('seeing', () => {
      const last = watched.coverage.at(-1);
      return last?.blind === false && last.unread.length === 0;
    });
    expect(watched.count('hung')).toBe(60);
    watched.stop();
    await proxy.close();
    await engine().remove(id);
  }, 120_000);
});

test('a socket that is not there, one that refuses and one that is busy are waited for, said once', async () => {
  const missing = { text: 'unix:///nowhere/docker.sock', socketPath: '/nowhere/docker.sock' };
  const busy = createServer((_request, answer) => answer.writeHead(503).end('{"message":"busy"}'));
  await new Promise<void>((listening) => busy.listen(0, '127.0.0.1', listening));
  const address = busy.address();
  const port: number = typeof address === 'object' && address !== null ? address.port : 0;
  const crowded = { text: `tcp://127.0.0.1:${port}`, host: '127.0.0.1', port };
  for (const endpoint of [missing, crowded]) {
    const watched = follower(endpoint);
    await watched.until('down', () => watched.source.status().connection.state === 'down');
    await watched.until('a second look', () => watched.source.status().connection.reason !== undefined);
    expect(watched.log).toHaveLength(1);
    watched.stop();
  }
  const answer = await probe(missing);
  expect(answer.ok ? '' : answer.remedy).toContain('systemctl start docker');
  await new Promise((closed) => busy.close(() => closed(undefined)));
});
