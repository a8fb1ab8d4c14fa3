import { request, type ClientRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { merged } from '../views/merge-patch.ts';
import { eventCutter, type ServerSentEvent } from './event-stream.ts';

/** The daemon as the page sees it: its view while somebody looks, and its incidents. */
export interface Upstream {
  /** Passes on every event from now on, beginning with the whole view if it is known; ends with the returned function. */
  readonly follow: (listener: (event: ServerSentEvent) => void) => () => void;
  /** The daemon's own answer to a request. */
  readonly ask: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
  readonly close: () => void;
}

/** Between two attempts to reach the daemon, in milliseconds. */
const RETRY = 1_000;

const PATIENCE = 10_000;

/** One connection to the view socket for however many browsers, for as long as there is one. Sockets in order of likelihood. */
export function upstream(sockets: readonly string[]): Upstream {
  const listeners = new Set<(event: ServerSentEvent) => void>();
  let view: unknown;
  let open: ClientRequest | undefined;
  let retry: NodeJS.Timeout | undefined;

  function say(event: ServerSentEvent): void {
    for (const listener of listeners) listener(event);
  }

  function connect(index = 0): void {
    const socketPath = sockets[index];
    if (listeners.size === 0 || socketPath === undefined) return;
    let over = false;
    const lost = (): void => {
      if (over) return;
      over = true;
      open = undefined;
      if (listeners.size === 0) return;
      if (view === undefined && index + 1 < sockets.length) {
        connect(index + 1);
        return;
      }
      view = undefined;
      say({ name: 'gone', data: '' });
      retry = setTimeout(() => connect(), RETRY);
    };
    open = request({ socketPath, path: '/v1/changes', host: 'localhost', agent: false }, (answer) => {
      if (answer.statusCode !== 200) answer.destroy();
      const cut = eventCutter((event) => {
        const data: unknown = JSON.parse(event.data);
        view = event.name === 'view' ? data : merged(view, data);
        say(event);
      });
      answer.setEncoding('utf8').on('data', (piece: string) => {
        try {
          cut(piece);
        } catch {
          answer.destroy();
        }
      });
      answer.on('close', lost).on('error', lost);
    });
    open.on('error', lost);
    open.end();
  }

  return {
    follow: (listener) => {
      listeners.add(listener);
      if (view !== undefined) listener({ name: 'view', data: JSON.stringify(view) });
      else if (open === undefined) {
        clearTimeout(retry);
        connect();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(retry);
        view = undefined;
        open?.destroy();
      };
    },
    ask: (path) => askFirst(sockets, path),
    close: () => {
      listeners.clear();
      clearTimeout(retry);
      open?.destroy();
    },
  };
}

async function askFirst(sockets: readonly string[], path: string) {
  for (const socketPath of sockets) {
    const answer = await askOne(socketPath, path).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return { status: 503, body: '{"error":"the daemon does not answer"}\n' };
}

async function askOne(socketPath: string, path: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const signal = AbortSignal.timeout(PATIENCE);
  const sent = request({ socketPath, path, host: 'localhost', agent: false, signal }, (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode ?? 502, body }), reject);
  });
  sent.on('error', reject).end();
  return promise;
}
