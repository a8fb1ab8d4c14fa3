import { afterEach, expect, test } from 'vitest';
import type { Endpoint } from '../src/streams/docker/endpoint.ts';
import { APP, type FakeAnswers, type FakeEngine, fakeEngine, frame } from './support/engine-fake.ts';
import { follower } from './support/engine-follow.ts';

const engines: FakeEngine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function engineWith(answers: FakeAnswers): Promise<Endpoint> {
  const engine = await fakeEngine(answers);
  engines.push(engine);
  return engine.endpoint;
}

// Numbers of cases are those of docs/reference/docker-cases.md.
test('an error frame of the engine is an error, never a line, and after three the log is called unreadable (case 34)', async () => {
  const now = new Date().toISOString().replace('Z', '000000Z');
  const bytes = Buffer.concat([
    frame(1, `${now} fine\n`),
    frame(3, "Error grabbing logs: invalid character '\\x00' looking for beginning of value"),
  ]);
  const watched = follower(await engineWith({ logs: () => ({ bytes, open: false }) }));
  await watched.until('called unreadable', () => watched.log.some((line) => line.startsWith('error')));
  expect(watched.log.filter((line) => line.startsWith('error'))).toHaveLength(1);
  expect(watched.log.find((line) => line.startsWith('error'))).toContain('invalid character');
  expect(watched.texts('app')).toEqual(['fine']);
  expect(watched.source.status().containers[0]?.reason).toContain('unreadable');
  watched.stop();
});

test('a corrupt head of a log is passed by: what comes after it is counted', async () => {
  const now = new Date().toISOString().replace('Z', '000000Z');
  const good = frame(1, `${now} good\n`);
  const bad = frame(3, 'Error grabbing logs: corrupt');
  const watched = follower(
    await engineWith({
      logs: (url) => ({
        bytes: url.searchParams.has('tail') ? good : bad,
        open: url.searchParams.has('follow'),
      }),
    }),
  );
  await watched.until('the good line', () => watched.count('app') === 1);
  watched.stop();
});

test('events are dropped where they are known, so that a restart told twice counts once (case 30)', async () => {
  let connections = 0;
  const at = Date.now() + 1_000;
  const nano = (ms: number) => `${at + ms}000001`;
  const event = (ms: number, action: string, attributes: object) =>
    `{"Type":"container","Action":"${action}","Actor":{"ID":"${APP}","Attributes":${JSON.stringify({ name: 'app', image: 'app', ...attributes })}},"timeNano":${nano(ms)}}\n`;
  const story = event(0, 'die', { exitCode: '1' }) + event(100, 'start', {});
  const watched = follower(
    await engineWith({
      isThere: () => false,
      events: (nth) => {
        connections = nth + 1;
        return { text: story, open: nth >= 2 };
      },
    }),
  );
  await watched.until('three connections', () => connections === 3);
  await watched.until('a restart', () => watched.signals('restart').length > 0);
  watched.source.flush();
  expect(watched.signals('restart')).toHaveLength(1);
  watched.stop();
});
