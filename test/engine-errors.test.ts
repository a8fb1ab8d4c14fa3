import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { follower } from './support/engine-follow.ts';

/** An engine of our own making, for what a real one does too rarely to wait for. */
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise<void>((closed) => {
      server.close(() => closed());
    });
  }
});

const ID = 'c'.repeat(64);
const INSPECTED = {
  Id: ID,
  Name: '/app',
  Created: '2020-01-01T00:00:00Z',
  RestartCount: 0,
  State: {
    Status: 'running',
    ExitCode: 0,
    StartedAt: '2020-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  Config: { Image: 'app', Tty: false, Labels: {} },
  HostConfig: { RestartPolicy: { Name: 'no' }, LogConfig: { Type: 'json-file', Config: {} } },
};

function frame(type: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** `logs` answers each request for the log: its bytes, and whether the stream stays open. */
async function fakeEngine(
  logs: (request: URL, nth: number) => { readonly bytes: Buffer; readonly open: boolean },
) {
  let asked = 0;
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', 'http://engine');
    const json = (body: unknown) => answer.end(JSON.stringify(body));
    if (url.pathname === '/version') json({ Version: 'fake' });
    else if (url.pathname === '/containers/json') {
      json([{ Id: ID, Names: ['/app'], Image: 'app', State: 'running', Status: 'Up', Labels: {} }]);
    } else if (url.pathname.endsWith('/json')) json(INSPECTED);
    else if (url.pathname === '/events') answer.flushHeaders();
    else {
      const { bytes, open } = logs(url, asked++);
      answer.write(bytes);
      if (!open) answer.end();
    }
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { text: `tcp://127.0.0.1:${port}`, host: '127.0.0.1', port };
}

// Numbers of cases are those of docs/reference/docker-cases.md.
test('an error frame of the engine is an error, never a line, and after three the log is called unreadable (case 34)', async () => {
  const now = new Date().toISOString().replace('Z', '000000Z');
  const bytes = Buffer.concat([
    frame(1, `${now} fine\n`),
    frame(3, "Error grabbing logs: invalid character '\\x00' looking for beginning of value"),
  ]);
  const watched = follower(await fakeEngine(() => ({ bytes, open: false })));
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
    await fakeEngine((url) => ({
      bytes: url.searchParams.has('tail') ? good : bad,
      open: url.searchParams.has('follow'),
    })),
  );
  await watched.until('the good line', () => watched.count('app') === 1);
  watched.stop();
});

test('events are dropped where they are known, so that a restart told twice counts once (case 30)', async () => {
  let events = 0;
  const at = Date.now() + 1_000;
  const nano = (ms: number) => `${at + ms}000001`;
  const event = (ms: number, action: string, attributes: object) =>
    `{"Type":"container","Action":"${action}","Actor":{"ID":"${ID}","Attributes":${JSON.stringify({ name: 'app', image: 'app', ...attributes })}},"timeNano":${nano(ms)}}\n`;
  const story = event(0, 'die', { exitCode: '1' }) + event(100, 'start', {});
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? '/', 'http://engine');
    if (url.pathname === '/version') answer.end('{}');
    else if (url.pathname === '/containers/json') answer.end('[]');
    else if (url.pathname === '/events') {
      events++;
      answer.write(story);
      if (events < 3) answer.end();
    } else answer.writeHead(404).end('{"message":"no such container"}');
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const watched = follower({ text: 'fake', host: '127.0.0.1', port });
  await watched.until('three connections', () => events === 3);
  await watched.until('a restart', () => watched.signals('restart').length > 0);
  watched.source.flush();
  expect(watched.signals('restart')).toHaveLength(1);
  watched.stop();
});
