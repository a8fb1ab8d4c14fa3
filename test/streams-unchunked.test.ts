import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type DockerClient, dockerClient } from '../src/streams/docker/client.ts';
import { readLog } from '../src/streams/docker/read-log.ts';

const TS = '2025-12-17T16:06:14.123456789Z';

/** A line of standard output as Docker sends it. */
function frame(text: string): string {
  return `\x01\0\0\0\0\0\0${String.fromCharCode(TS.length + 1 + text.length)}${TS} ${text}`;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An engine of which only the first answer to each request is of interest; also the requests' first lines. */
async function engine(answer: (socket: Socket) => void): Promise<{ client: DockerClient; asked: string[] }> {
  const socketPath = join(tmpdir(), `qt-unchunked-${process.pid}-${closers.length}.sock`);
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      asked.push(head.toString('latin1').split('\r\n', 1)[0] ?? '');
      answer(socket);
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  const client = dockerClient({ text: `unix://${socketPath}`, socketPath });
  closers.push(async () => {
    client.close();
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
    rmSync(socketPath, { force: true });
  });
  return { client, asked };
}

/** The lines of one read. */
async function read(client: DockerClient, how: { follow: boolean; tty?: boolean }): Promise<string[]> {
  const lines: string[] = [];
  const { signal } = new AbortController();
  await readLog({ client, id: 'abc', tty: false, tail: Infinity, signal, ...how }, (entry) => {
    lines.push(entry.bytes.toString('utf8', entry.start, entry.end));
    return true;
  });
  return lines;
}

const PLAIN = 'HTTP/1.0 200 OK\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe('answers without chunks', () => {
  test('are asked for as HTTP/1.0 by a follow, and by nothing whose end has a meaning', async () => {
    const { client, asked } = await engine((socket) => socket.end(PLAIN, 'latin1'));
    await read(client, { follow: true });
    await read(client, { follow: false });
    await read(client, { follow: true, tty: true });
    expect(asked.map((line) => [line.includes('follow=1'), line.split(' ').at(-1)])).toEqual([
      [true, 'HTTP/1.0'],
      [false, 'HTTP/1.1'],
      [true, 'HTTP/1.1'],
    ]);
  });

  test('bring lines however they are cut', async () => {
    const { client } = await engine((socket) => {
      socket.write(PLAIN + frame('one\n').slice(0, 3), 'latin1');
      setImmediate(() => socket.end(frame('one\n').slice(3) + frame('two\n'), 'latin1'));
    });
    expect(await read(client, { follow: true })).toEqual(['one\n', 'two\n']);
  });

  test('a line that a cut leaves unfinished is none', async () => {
    const { client } = await engine((socket) => {
      socket.end(PLAIN + frame('one\n') + frame('two\n').slice(0, -2), 'latin1');
    });
    expect(await read(client, { follow: true })).toEqual(['one\n']);
  });

  test('an engine that answers in chunks all the same is understood', async () => {
    const { client } = await engine((socket) => {
      socket.end(CHUNKED + chunk(frame('one\n')) + chunk(frame('two\n')) + chunk(''), 'latin1');
    });
    expect(await read(client, { follow: true })).toEqual(['one\n', 'two\n']);
  });

  test.each(['426 Upgrade Required', '505 HTTP Version Not Supported'])(
    'a proxy that refuses them (%s) is asked in the usual way',
    async (refusal) => {
      const { client, asked } = await engine((socket) => {
        const first = asked.length === 1;
        socket.end(
          first
            ? `HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`
            : CHUNKED + chunk(frame('one\n')) + chunk(''),
          'latin1',
        );
      });
      expect(await read(client, { follow: true })).toEqual(['one\n']);
      expect(asked.map((line) => line.split(' ').at(-1))).toEqual(['HTTP/1.0', 'HTTP/1.1']);
    },
  );

  test('what the engine refuses is told in its words', async () => {
    const { client } = await engine((socket) => {
      socket.end('HTTP/1.0 404 Not Found\r\n\r\n{"message":"No such container: abc"}');
    });
    await expect(read(client, { follow: true })).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('No such container: abc') as string,
    });
  });

  test.each([
    ['a read of what is stored', { follow: false }, frame('one\n')],
    ['the follow of a terminal', { follow: true, tty: true }, `${TS} one\n${TS} tw`],
  ])('%s tells a cut from the end', async (_, how, text) => {
    const { client } = await engine((socket) => {
      socket.end(CHUNKED + chunk(text), 'latin1');
    });
    await expect(read(client, how)).rejects.toThrow('aborted');
  });
});
