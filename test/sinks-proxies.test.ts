import { once } from 'node:events';
import { createServer as plain, type Server } from 'node:http';
import { createServer as secure } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { httpClient } from '../src/sinks/alert/http-client.ts';
import { requestTo } from '../src/sinks/alert/request-to.ts';
import { ownAuthority } from './support/own-authority.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that opens tunnels, and what it was asked for. */
async function tunnelling(): Promise<{ readonly origin: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = plain((request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    answer.writeHead(204).end();
  });
  server.on('connect', ({ url = '' }, front) => {
    asked.push(`CONNECT ${url}`);
    const back = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      front.write('HTTP/1.1 200 ok\r\n\r\n');
      back.pipe(front).pipe(back);
    });
    for (const side of [front, back]) side.on('error', () => side.destroy());
  });
  return { origin: `http://127.0.0.1:${await portOf(server)}`, asked };
}

async function statusOf(url: string, env: NodeJS.ProcessEnv, ca = ''): Promise<number> {
  const client = httpClient({ ca, env });
  onTestFinished(() => client.destroy());
  const { statusCode, body } = await client.request({
    ...requestTo(new URL(url)),
    method: 'POST',
    body: '{}',
  });
  await body.dump();
  return statusCode;
}

test('what is sent over TLS goes through a tunnel, in which only the receiver reads it, trusted by alerts.ca', async () => {
  const { ca, cert, key } = ownAuthority();
  const seen: string[] = [];
  const port = await portOf(
    secure({ cert, key }, (request, answer) => {
      seen.push(request.url ?? '');
      answer.end('{}');
    }),
  );
  const proxy = await tunnelling();
  const url = `https://localhost:${port}/api/webhooks/1/Tok3n`;
  expect(await statusOf(url, { HTTPS_PROXY: proxy.origin }, ca)).toBe(200);
  expect(seen).toEqual(['/api/webhooks/1/Tok3n']);
  expect(proxy.asked).toEqual([`CONNECT localhost:${port}`]);
  await expect(statusOf(url, { HTTPS_PROXY: proxy.origin })).rejects.toThrow(/certificate/i);
});

test.each([
  ['a name', 'localhost', 'passes it by'],
  ['a name among others', 'example.com, localhost', 'passes it by'],
  ['everything', '*', 'passes it by'],
  ['nothing', '', 'is used'],
  ['another name', 'example.com', 'is used'],
  ['the end of a name without its dot', 'host', 'is used'],
])('NO_PROXY with %s (%s): the proxy %s', async (_, names, what) => {
  await using receiver = await startWebhookReceiver();
  const proxy = await tunnelling();
  const url = `http://localhost:${new URL(receiver.origin).port}/hook`;
  for (const [name, no] of [['HTTP_PROXY', 'NO_PROXY'], ['http_proxy', 'no_proxy']] as const)
    await statusOf(url, { [name]: proxy.origin, [no]: names }); // prettier-ignore
  expect(proxy.asked).toHaveLength(what === 'is used' ? 2 : 0);
  if (what !== 'is used') expect(receiver.requests).toHaveLength(2);
});
