import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Subscription } from 'rxjs';
import { safeJson } from '../text/safe-text.ts';
import type { IncidentView } from '../views/view.ts';
import { close, type ControlServer, listenOn } from './control-server.ts';
import type { ViewFeed } from './view-feed.ts';

/** What the view socket can be asked for. */
export interface Viewable {
  readonly feed: ViewFeed;
  /** The incident of that id, open or past. */
  readonly incident: (id: string) => IncidentView | undefined;
}

/** Readers of changes at a time: one page process is one. */
const MOST_READERS = 16;

/** A reader that is so many bytes behind is let go; it may come again. */
const MOST_BEHIND = 4 * 1_024 * 1_024;

const PATIENCE = 10_000;

/**
 * Serves the views on a unix socket, reading only: `GET /v1/view`, `GET /v1/incidents/ID`, and `GET /v1/changes` as
 * Server-Sent Events, `view` with the whole of it and then `patch`. Our own user may open it. All texts are without secrets.
 */
export async function viewServer(path: string, { feed, incident }: Viewable): Promise<ControlServer> {
  const readers = new Set<Subscription>();
  const server = createServer({ requestTimeout: PATIENCE, headersTimeout: PATIENCE }, (request, response) => {
    request.resume();
    const url = (request.url ?? '').split('?')[0] ?? '';
    if (url === '/v1/changes' && request.method === 'GET' && readers.size < MOST_READERS)
      follow(request, response);
    else answer(response, ...answerTo(request.method, url));
  });

  function answerTo(method: string | undefined, url: string): readonly [status: number, body: unknown] {
    if (method !== 'GET') return [405, { error: 'only GET: this socket shows' }];
    if (url === '/v1/changes') return [503, { error: 'too many readers' }];
    if (url === '/v1/view') return [200, feed.current()];
    const id = /^\/v1\/incidents\/([^/]{1,200})$/.exec(url)?.[1];
    const found = id === undefined ? undefined : incident(decoded(id));
    return found === undefined ? [404, { error: `there is no ${url}` }] : [200, found];
  }

  function follow(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const reader = feed.changes$.subscribe((patch) => {
      if (response.writableLength > MOST_BEHIND) response.destroy();
      else response.write(event('patch', patch));
    });
    readers.add(reader);
    response.write(event('view', feed.current()));
    response.on('close', () => {
      reader.unsubscribe();
      readers.delete(reader);
    });
    request.on('error', () => response.destroy());
  }

  await listenOn(server, path);
  return {
    path,
    close: () => {
      for (const reader of readers) reader.unsubscribe();
      server.closeAllConnections();
      return close(server);
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${safeJson(body)}\n`);
}

/** JSON has no line breaks of its own: one line of data. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${safeJson(data)}\n\n`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
