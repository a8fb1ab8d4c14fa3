import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. `json` is undefined if the body is not JSON. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly json: unknown;
}

/**
 * How the receiver answers: a status, a whole answer, `silence` (takes the request and never answers) or `drop` (takes
 * the request and closes the connection). `default`: as Discord does, a message with an id, or 204.
 */
export type ScriptedAnswer =
  | number
  | 'silence'
  | 'drop'
  | 'default'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A real HTTP server that records what it gets and answers as told. */
export interface WebhookReceiver {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** An address of Discord's form on this server. */
  readonly discordUrl: string;
  readonly requests: readonly ReceivedRequest[];
  /** The next requests get these answers, in order; after them come default answers again. */
  answer(...next: readonly ScriptedAnswer[]): void;
  /** What answers when nothing is scripted: always the same, or by what was asked. */
  answerAlways(answer: ScriptedAnswer | ((request: ReceivedRequest) => ScriptedAnswer)): void;
  /** Resolves once so many requests (that `which` accepts) have arrived; rejects after the bound. */
  received(count: number, which?: (request: ReceivedRequest) => boolean): Promise<readonly ReceivedRequest[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const BOUND = 20_000;

/** Starts one on a free port of the loopback interface. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const requests: ReceivedRequest[] = [];
  const script: ScriptedAnswer[] = [];
  const watchers = new Set<() => void>();
  let always: ScriptedAnswer | ((request: ReceivedRequest) => ScriptedAnswer) = 'default';
  let messages = 0;

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const seen = recorded(request, body);
      requests.push(seen);
      const answer = script.shift() ?? (typeof always === 'function' ? always(seen) : always);
      give(answer, request, response, String(1_000 + (messages += 1)));
      for (const look of watchers) look();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    origin,
    discordUrl: `${origin}/api/webhooks/4242/Tok3n-of-the-webhook_Secret`,
    requests,
    answer: (...next) => void script.push(...next),
    answerAlways: (answer) => void (always = answer),
    received: (count, which = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const matching = requests.filter(which);
          if (matching.length < count) return;
          end();
          resolve(matching);
        };
        const bound = setTimeout(() => {
          end();
          const seen = requests.map(({ method, path }) => `${method} ${path}`).join(', ');
          reject(new Error(`waited in vain for ${count} requests; there were: ${seen || 'none'}`));
        }, BOUND);
        const end = (): void => {
          clearTimeout(bound);
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function recorded(request: IncomingMessage, body: string): ReceivedRequest {
  const { method = '', url = '', headers } = request;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = undefined;
  }
  return { method, path: url, headers, body, json };
}

function give(answer: ScriptedAnswer, request: IncomingMessage, response: ServerResponse, id: string): void {
  if (answer === 'silence') return;
  if (answer === 'drop') {
    request.socket.destroy();
    return;
  }
  const waits = request.url?.includes('wait=true') === true || request.method === 'PATCH';
  const usual = waits ? { status: 200, body: JSON.stringify({ type: 0, id }) } : { status: 204 };
  const given = answer === 'default' ? usual : typeof answer === 'number' ? { status: answer } : answer;
  const { status, headers, body } = { headers: {}, body: '', ...given };
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
