import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Access, refusalOf } from './guard.ts';
import { HEADERS } from './headers.ts';
import type { ServerSentEvent } from './event-stream.ts';
import { sessions } from './sessions.ts';

/** What the page is served from. */
export interface PageParts {
  readonly listen: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Names that the page goes by beside those of the loopback. */
  readonly names: readonly string[];
  /** The page's own files, by path. */
  readonly assets: ReadonlyMap<string, { readonly type: string; readonly body: string }>;
  /** Passes on events to one browser until the returned function is called. */
  readonly follow: (listener: (event: ServerSentEvent) => void) => () => void;
  readonly ask: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
  /** Gets every code that lets one browser in, and the address of the page: the first, and another once one is used. */
  readonly onCode: (code: string, address: string) => void;
  readonly now: () => number;
}

export interface PageServer {
  /** `http://127.0.0.1:7070`. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: string;
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly access: Access;
  readonly handle: (exchange: Exchange) => void | Promise<void>;
}

/** Browsers that follow at a time, and how many bytes one may be behind before it is let go. */
const MOST_READERS = 20;
const MOST_BEHIND = 4 * 1_024 * 1_024;

/** The longest body, in bytes: a code. */
const LONGEST = 1_024;

const PATIENCE = 10_000;

/** Serves the page. Every request that is no route, and every one that `refusalOf` refuses, is denied. */
export async function pageServer(parts: PageParts): Promise<PageServer> {
  const entered = sessions();
  const hosts = new Set<string>();
  const readers = new Set<ServerResponse>();
  let cookie = '';
  let address = '';

  const asset = (path: string) => (exchange: Exchange) => send(exchange, parts.assets.get(path));
  const routes: readonly Route[] = [
    { method: 'GET', path: /^\/(?:incidents\/[^/]{1,200})?$/, access: 'public', handle: asset('/') },
    { method: 'GET', path: /^\/page\.js$/, access: 'public', handle: asset('/page.js') },
    { method: 'GET', path: /^\/page\.css$/, access: 'public', handle: asset('/page.css') },
    { method: 'POST', path: /^\/enter$/, access: 'public', handle: enter },
    {
      method: 'GET',
      path: /^\/v1\/session$/,
      access: 'reader',
      handle: (exchange) => json(exchange, 200, '{}'),
    },
    { method: 'GET', path: /^\/v1\/changes$/, access: 'reader', handle: changes },
    {
      method: 'GET',
      path: /^\/v1\/(?:view|what-if|incidents\/[^/]{1,200})$/,
      access: 'reader',
      handle: relay,
    },
  ];

  const server = createServer(
    { requestTimeout: PATIENCE, headersTimeout: PATIENCE, maxHeaderSize: 8_192 },
    (request, response) => {
      void respond(request, response).catch(() => response.destroy());
    },
  );
  server.maxConnections = 100;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    const { method = '', url = '', headers } = request;
    const [path = ''] = url.split('?');
    const route = routes.find((one) => one.method === method && one.path.test(path));
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const refusal = refusalOf(
      route?.access ?? 'reader',
      {
        method,
        host: header('host'),
        origin: header('origin'),
        site: header('sec-fetch-site'),
        mode: header('sec-fetch-mode'),
        destination: header('sec-fetch-dest'),
        hasSession: hasSession(header('cookie') ?? ''),
      },
      hosts,
    );
    const exchange = { request, response, url };
    if (refusal !== undefined) json(exchange, refusal.status, JSON.stringify({ error: refusal.why }));
    else if (route === undefined) json(exchange, 404, '{"error":"there is no such page"}');
    else await route.handle(exchange);
  }

  function hasSession(header: string): boolean {
    return header
      .split(';')
      .map((part) => part.trim().split('='))
      .some(([name, value = '']) => name === cookie && entered.has(value, parts.now()));
  }

  async function enter(exchange: Exchange): Promise<void> {
    const code = await bodyOf(exchange.request);
    const { session, wait } = entered.enter(code ?? '', parts.now());
    if (session === undefined) {
      if (wait) json(exchange, 429, '{"error":"too many wrong codes: wait a minute"}');
      else json(exchange, 403, '{"error":"that is not the code"}');
      return;
    }
    parts.onCode(entered.code(), address);
    exchange.response.setHeader(
      'set-cookie',
      `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200`,
    );
    json(exchange, 200, '{}');
  }

  function changes(exchange: Exchange): void {
    const { response } = exchange;
    if (readers.size >= MOST_READERS) {
      json(exchange, 503, '{"error":"too many browsers look at this page"}');
      return;
    }
    readers.add(response);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    const stop = parts.follow(({ name, data }) => {
      if (response.writableLength > MOST_BEHIND) response.destroy();
      else response.write(`event: ${name}\ndata: ${data}\n\n`);
    });
    response.on('close', () => {
      readers.delete(response);
      stop();
    });
  }

  async function relay(exchange: Exchange): Promise<void> {
    const { status, body } = await parts.ask(exchange.url);
    json(exchange, status, body);
  }

  server.listen(parts.port, parts.listen);
  await once(server, 'listening');
  const port = portOf(server.address());
  cookie = `qt_page_${port}`;
  for (const name of ['127.0.0.1', 'localhost', '[::1]', ...parts.names])
    hosts.add(`${name.toLowerCase()}:${port}`);
  address = `http://${parts.names[0] ?? '127.0.0.1'}:${port}`;
  parts.onCode(entered.code(), address);
  return {
    address,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function send(exchange: Exchange, found: { readonly type: string; readonly body: string } | undefined): void {
  const { type, body } = found ?? { type: 'text/plain', body: '' };
  exchange.response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });
  exchange.response.end(body);
}

function json({ response }: Exchange, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > LONGEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString().trim();
}
