import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { displayLines } from '../text/display.ts';
import { safeJson } from '../text/safe-text.ts';

/** The answer to a request: a value (sent as JSON) or a text, and the HTTP status, 200 by default. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** Handlers by `METHOD /path`. The input is the request's JSON body, `undefined` if there is none. */
export type Routes = Readonly<Record<string, (input: unknown) => Answer | Promise<Answer>>>;

/** The control socket while it is open. */
export interface ControlServer {
  readonly path: string;
  close(): Promise<void>;
}

/** Longer requests are refused, in bytes. */
const LARGEST = 64 * 1_024;

const PATIENCE = 10_000;

/**
 * Serves HTTP on a unix socket that only our own user (and root) can open. A socket file on which nothing listens is
 * left over from a crash and removed; rejects if something does, or if the socket cannot be created.
 */
export async function controlServer(path: string, routes: Routes): Promise<ControlServer> {
  const server = createServer({ requestTimeout: PATIENCE, headersTimeout: PATIENCE }, (request, response) => {
    void respond(request, response, routes);
  });
  await listenOn(server, path);
  return { path, close: () => close(server) };
}

/** Opens a socket for our own user alone, with the folder it lies in. Rejects as `controlServer` does. */
export async function listenOn(server: Server, path: string): Promise<void> {
  makeFolder(dirname(path), 0o700);
  await removeStale(path);
  // Between bind(2) and chmod(2) the file would have the permissions that the umask leaves.
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
  chmodSync(path, 0o600);
  server.unref();
}

async function respond(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const { status = 200, body } = await answerTo(request, routes).catch((error: unknown): Answer => ({
    status: 500,
    body: { error: error instanceof Error ? error.message : String(error) },
  }));
  const text = typeof body === 'string';
  response.writeHead(status, {
    'content-type': text ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json',
    connection: 'close',
  });
  response.end(text ? displayLines(body) : `${safeJson(body)}\n`);
}

async function answerTo(request: IncomingMessage, routes: Routes): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const method = request.method ?? '';
  const route = routes[`${method} ${path}`];
  if (route === undefined) {
    const known = Object.keys(routes).some((name) => name.endsWith(` ${path}`));
    return { status: known ? 405 : 404, body: { error: `no such request: ${method} ${path}` } };
  }
  const text = await bodyOf(request);
  if (text === undefined) return { status: 413, body: { error: 'the request is too large' } };
  let input: unknown;
  try {
    input = text === '' ? undefined : JSON.parse(text);
  } catch {
    return { status: 400, body: { error: 'expected JSON' } };
  }
  return route(input);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= LARGEST) chunks.push(chunk);
  }
  return size > LARGEST ? undefined : Buffer.concat(chunks).toString();
}

async function removeStale(path: string): Promise<void> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    if (codeOf(error) === 'ECONNREFUSED' && lstatSync(path).isSocket()) rmSync(path);
    return;
  } finally {
    socket.destroy();
  }
  throw new Error(`another daemon answers on ${path}`);
}

/** Ends what is being answered within a second. Node takes the file away with the server. */
export async function close(server: Server): Promise<void> {
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 1_000);
  await once(server, 'close');
  clearTimeout(late);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
