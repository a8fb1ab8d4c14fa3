import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';

/** An engine of our own making, for what a real one does too rarely to wait for. */
export interface FakeEngine {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** The id of the one container it has, whose name is `app`. */
export const APP = 'c'.repeat(64);

export interface FakeAnswers {
  /** Answers each request for the log, the first with 0: its bytes, and whether the stream stays open. */
  readonly logs?: (request: URL, nth: number) => { readonly bytes: Buffer; readonly open: boolean };
  /** Answers each request for the events, the first with 0. Default: none, and the stream stays open. */
  readonly events?: (nth: number) => { readonly text: string; readonly open: boolean };
  /** By how much its clock is ahead of ours, in milliseconds. Default: not at all. */
  readonly ahead?: number;
  /** Whether the container is there. Default: it is. */
  readonly isThere?: () => boolean;
  /** How many containers it has beside, which ended a minute ago: what they are is never answered. Default: none. */
  readonly ended?: number;
}

/** Starts an engine with one running container, or none. */
export async function fakeEngine({
  logs,
  events,
  ahead = 0,
  isThere = () => true,
  ended = 0,
}: FakeAnswers): Promise<FakeEngine> {
  let logRequests = 0;
  let eventRequests = 0;
  const answerTo = (request: IncomingMessage, answer: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://engine');
    answer.setHeader('Date', new Date(Date.now() + ahead).toUTCString());
    const json = (body: unknown) => answer.end(JSON.stringify(body));
    if (url.pathname === '/version') json({ Version: 'fake' });
    else if (url.pathname === '/containers/json') json([...endedOnes(ended), ...(isThere() ? [LISTED] : [])]);
    else if (url.pathname.startsWith('/containers/ended')) answer.flushHeaders();
    else if (url.pathname === '/events') {
      answer.flushHeaders();
      const { text, open } = events?.(eventRequests++) ?? { text: '', open: true };
      answer.write(text);
      if (!open) answer.end();
    } else if (!isThere()) answer.writeHead(404).end('{"message":"no such container"}');
    else if (url.pathname.endsWith('/json')) json(INSPECTED);
    else {
      const { bytes, open } = logs?.(url, logRequests++) ?? { bytes: Buffer.alloc(0), open: false };
      answer.write(bytes);
      if (!open) answer.end();
    }
  };
  const server = createServer(answerTo);
  const port = await listen(server);
  return {
    endpoint: { text: `tcp://127.0.0.1:${port}`, host: '127.0.0.1', port },
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => {
        server.close(() => closed());
      });
    },
  };
}

/** One frame of a log: type 1 is standard output, 2 standard error, 3 an error of the engine. */
export function frame(type: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function endedOnes(count: number): readonly object[] {
  return Array.from({ length: count }, (_, nth) => ({
    ...LISTED,
    Id: `ended${nth}`,
    Names: [`/ended${nth}`],
    State: 'exited',
    Status: 'Exited (0) About a minute ago',
  }));
}

const LISTED = {
  Id: APP,
  Names: ['/app'],
  Image: 'app',
  State: 'running',
  Status: 'Up',
  Labels: {},
};

const INSPECTED = {
  Id: APP,
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

async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
