import { type Agent, type ClientRequest, IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { ConnectingAgent } from './connecting-agent.ts';
import { type Connector, connector } from './connector.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError } from './endpoint-error.ts';
import { UnchunkedAgent } from './unchunked.ts';

/** Longest wait for the answer of a call. */
const CALL_TIMEOUT = 30_000;

/** Longest wait for the head of a stream: an engine under load takes seconds over a long log. */
const HEAD_TIMEOUT = 90_000;

/** A call that a cut connection ends sooner than this (milliseconds) is sent once more. */
const CUT = 10_000;

/** How a proxy refuses HTTP/1.0: upgrade required, version not supported. */
const NEEDS_NEWER_HTTP: ReadonlySet<unknown> = new Set([426, 505]);

export type Query = Readonly<Record<string, string>>;

/** Called with each request; what it returns is called with the `Date` of the answer, when that begins. */
export type Asking = () => (date: string | undefined) => void;

/** The Docker Engine, as far as we use it: GET requests only. */
export interface DockerClient {
  /** One JSON answer. */
  call(path: string, query?: Query): Promise<unknown>;
  /** An open answer to read as it comes. Whoever gets it destroys it. If its connection is cut, that is an error. */
  stream(path: string, query: Query, signal?: AbortSignal): Promise<IncomingMessage>;
  /** The same, a quarter cheaper to read; but if its connection is cut, that may look like its end. */
  unchunked(path: string, query: Query, signal?: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

/**
 * Clients of one engine: streams never wait for a free connection and never time out while open, calls share a
 * few connections and do. Neither looks at the environment: the endpoint decides. `asking` hears of every answer.
 */
export function dockerClient(endpoint: Endpoint, asking?: Asking): DockerClient {
  const connecting = connector(endpoint);
  const { connect, explain } = connecting;
  const open = unseen(new ConnectingAgent({ keepAlive: false, maxSockets: Infinity }, connect));
  const shared = unseen(new ConnectingAgent({ keepAlive: true, maxSockets: 16 }, connect));
  const bare = unseen(new UnchunkedAgent({ maxSockets: Infinity }, connect));
  const api = (options: Connection): Api => ({ docker: docker(endpoint, options), asking, explain });
  const streams = api({ agent: open, connectionTimeout: HEAD_TIMEOUT });
  const unchunked = api({ agent: bare, connectionTimeout: HEAD_TIMEOUT });
  const calls = api({ agent: shared, timeout: CALL_TIMEOUT });
  const afresh = api({ agent: open, timeout: CALL_TIMEOUT });
  return {
    call: async (path, query = {}) => {
      const began = performance.now();
      try {
        return await json(await get(calls, path, query));
      } catch (error) {
        // A proxy may have cut any of the kept connections: that says nothing about the engine, so try once more on a new one.
        if (!isCut(error) || performance.now() - began > CUT) throw error;
        return json(await get(afresh, path, query));
      }
    },
    stream: (path, query, signal) => get(streams, path, query, signal),
    unchunked: async (path, query, signal) => {
      try {
        return await get(unchunked, path, query, signal);
      } catch (error) {
        if (!NEEDS_NEWER_HTTP.has(property(error, 'statusCode'))) throw error;
        return get(streams, path, query, signal);
      }
    },
    close: () => {
      open.destroy();
      bare.destroy();
      shared.destroy();
      connecting.close();
    },
  };
}

/**
 * The library writes out all it is given before every request, for a log that nobody keeps: with an agent every open
 * connection and all that hangs on it, which took a tenth of a second a request at 50 streams. An agent that says no
 * more than its name is written out at once.
 */
function unseen(agent: Agent): Agent {
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  return staying(agent);
}

/**
 * The library follows a redirect to whatever host it names, and an error there is nobody's to catch. Without the header it
 * takes the answer for what it is: not the one that was wanted. Node.js hands every request to `addRequest`.
 */
function staying(agent: Agent): Agent {
  const add: unknown = Reflect.get(agent, 'addRequest');
  if (typeof add !== 'function') throw new TypeError('this Node.js has agents of another kind');
  Reflect.set(agent, 'addRequest', (request: ClientRequest, ...rest: unknown[]): void => {
    request.prependOnceListener('response', ({ headers }) => delete headers.location);
    Reflect.apply(add, agent, [request, ...rest]);
  });
  return agent;
}

async function json(answer: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
  return parsed;
}

/** Whether the connection was lost between the request and the end of the answer. */
function isCut(error: unknown): boolean {
  const code = property(error, 'code');
  return code === 'ECONNRESET' || code === 'EPIPE';
}

export interface Connection {
  readonly agent: Agent;
  /** Ends a request that is silent for so long. */
  readonly timeout?: number;
  /** Ends a request whose answer has not begun by then. */
  readonly connectionTimeout?: number;
}

/**
 * The library, for one engine. It lets the environment overrule its options, so what it took from there is set back
 * afterwards.
 */
export function docker({ socketPath, ssh, host, port }: Endpoint, options: Connection): Docker {
  const made = new Docker({ protocol: 'http' });
  const none = { ca: undefined, cert: undefined, key: undefined, pathPrefix: '/' };
  const place = ssh === undefined ? { socketPath, host, port } : { host: 'localhost', port: 80 };
  Object.assign(made.modem, none, place, { timeout: undefined }, options);
  return made;
}

/** The library, who hears of its answers, and who knows what its errors mean. */
interface Api {
  readonly docker: Docker;
  readonly asking: Asking | undefined;
  readonly explain: Connector['explain'];
}

function get(
  { docker, asking, explain }: Api,
  path: string,
  query: Query,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const answered = asking?.();
    docker.modem.dial(
      {
        path: `${path}?`,
        method: 'GET',
        isStream: true,
        options: { _query: query },
        statusCodes: { 200: true },
        ...(signal === undefined ? {} : { abortSignal: signal }),
      },
      (error: Error | null, answer: unknown) => {
        if (answer instanceof IncomingMessage) {
          answered?.(answer.headers.date);
          resolve(answer);
        } else reject(explain(error ?? new Error('the engine gave no answer')));
      },
    );
  });
}

/**
 * What a failed request means: the engine is `down` (try again later), the object is `gone`, its log cannot
 * be read by anybody (`unreadable`), access is refused (`forbidden`), or something else is at `fault`.
 */
export type Trouble = 'down' | 'gone' | 'unreadable' | 'forbidden' | 'fault';

const DOWN = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Judges what a request rejected with. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof EndpointError) return 'down';
  const status = property(error, 'statusCode');
  const code = property(error, 'code');
  if (status === 404 || status === 409) return 'gone';
  if (status === 501) return 'unreadable';
  if (status === 401 || status === 403 || code === 'EACCES' || code === 'EPERM') return 'forbidden';
  if (status === 502 || status === 503 || status === 504) return 'down';
  if (typeof code === 'string' && DOWN.has(code)) return 'down';
  return error instanceof Error && /socket hang up|aborted/.test(error.message) ? 'down' : 'fault';
}

/** What a request rejected with, in one line for people. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\s+/g, ' ');
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
