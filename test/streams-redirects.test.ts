import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type DockerClient, dockerClient } from '../src/streams/docker/client.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serving(answer: RequestListener): Promise<number> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const CALLS: readonly (readonly [string, (client: DockerClient) => Promise<unknown>])[] = [
  ['a call', (client) => client.call('/version')],
  ['a stream', (client) => client.stream('/events', {})],
  ['an unchunked stream', (client) => client.unchunked('/containers/x/logs', {})],
];

test.each(
  CALLS.flatMap(([name, call]) => [301, 302, 303, 307, 308].map((status) => [name, status, call] as const)),
)('%s that is answered by a redirect (%i) goes nowhere and is refused', async (_, status, call) => {
  let visits = 0;
  const elsewhere = await serving((__, answer) => {
    visits += 1;
    answer.end('{}');
  });
  const port = await serving((__, answer) => {
    answer.writeHead(status, { location: `http://127.0.0.1:${elsewhere}/` }).end();
  });
  const client = dockerClient({ text: '', host: '127.0.0.1', port });
  closers.push(() => client.close());
  await expect(call(client)).rejects.toMatchObject({ statusCode: status });
  expect(visits).toBe(0);
});

test.each(['ftp://127.0.0.1/', 'http://127.0.0.1:1/', 'http://[', '//', ''])(
  'a redirect to "%s" is refused like any other',
  async (location) => {
    const port = await serving((_, answer) => {
      answer.writeHead(302, { location }).end();
    });
    const client = dockerClient({ text: '', host: '127.0.0.1', port });
    closers.push(() => client.close());
    await expect(client.call('/version')).rejects.toMatchObject({ statusCode: 302 });
  },
);
