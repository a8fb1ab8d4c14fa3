import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** A message, or an edit of one, as it came in. `body` is the description of its embeds, `stamp` their time if any. */
export interface Received {
  readonly method: 'POST' | 'PATCH';
  readonly id: string;
  readonly stamp: string;
  readonly content: string;
  readonly body: string;
}

/** A server that answers as Discord's webhooks do. `close` ends its connections too. */
export interface DiscordStandIn {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

const WEBHOOK = '/api/webhooks/1318573214065213441/a-token-that-opens-nothing';
const PATH = new RegExp(`^${WEBHOOK}(?:/messages/(\\d+))?$`);
const FIRST_ID = 1_450_787_642_000_000_000n;
/** Limits of the webhook resource. Source: Discord's developer documentation, "Execute Webhook". */
const CONTENT = 2_000;
const EMBEDS = 6_000;

const payload = z.looseObject({
  content: z.string().max(CONTENT).optional(),
  embeds: z
    .array(z.looseObject({ description: z.string().optional(), timestamp: z.iso.datetime().optional() }))
    .max(10)
    .optional(),
});

/**
 * Plays Discord on a free port of this machine: a message is answered with 200 and the message (`?wait=true`) or with
 * 204, an edit of a message that is there with 200, everything else with Discord's own error numbers. `onReceived` is
 * called with everything that is accepted, before the answer.
 */
export async function startDiscordStandIn(onReceived: (message: Received) => void): Promise<DiscordStandIn> {
  const received: Received[] = [];

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://discord');
    const path = PATH.exec(url.pathname);
    if (path === null) return refused(404, 10_015, 'Unknown Webhook');
    const [, edited] = path;
    const message = parse(await text(request));
    const body = message?.embeds?.map(({ description = '' }) => description).join('\n') ?? '';
    if (message === undefined || body.length > EMBEDS) return refused(400, 50_035, 'Invalid Form Body');

    const stamp = message.embeds?.[0]?.timestamp ?? '';

    if (request.method === 'PATCH' && edited !== undefined) {
      const before = received.findLast(({ id }) => id === edited);
      if (before === undefined) return refused(404, 10_008, 'Unknown Message');
      return accept(
        { method: 'PATCH', id: edited, stamp, content: message.content ?? before.content, body },
        200,
      );
    }
    if (request.method !== 'POST' || edited !== undefined) return refused(405, 0, '405: Method Not Allowed');
    const { content = '' } = message;
    if (content === '' && body === '') return refused(400, 50_006, 'Cannot send an empty message');
    const id = String(FIRST_ID + BigInt(received.length));
    return accept(
      { method: 'POST', id, stamp, content, body },
      url.searchParams.get('wait') === 'true' ? 200 : 204,
    );
  }

  function accept(message: Received, status: 200 | 204): Answer {
    received.push(message);
    onReceived(message);
    return status === 204 ? { status } : { status, body: { id: message.id, content: message.content } };
  }

  const server = createServer((request, response) => {
    void answer(request)
      .catch(() => refused(500, 0, '500: Internal Server Error'))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${WEBHOOK}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body?: object;
}

const refused = (status: number, code: number, message: string): Answer => ({
  status,
  body: { message, code },
});

function parse(body: string): z.infer<typeof payload> | undefined {
  try {
    return payload.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
