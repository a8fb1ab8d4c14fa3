import { Readable } from 'node:stream';
import type { HttpClient } from './http-client.ts';
import { requestTo } from './request-to.ts';
import { transportFault } from './transport-fault.ts';

/** A request to a receiver, as plain data. */
export interface ChannelRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** More of an answer than this is not read: it is only quoted, or searched for an id. */
const BODY_LIMIT = 64 * 1_024;

/** What came back: an answer, or how it failed to come. Neither contains the address. */
export type Reply =
  | { readonly type: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | {
      readonly type: 'failure';
      readonly detail: string;
      /** The request was begun, so that it may have been received. */
      readonly uncertain: boolean;
      /** The request was begun, and its time ran out without an answer. */
      readonly unanswered: boolean;
    };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Makes one request within the time `signal` allows. Redirects are answers: nothing is sent to another place. */
export async function post(client: HttpClient, to: ChannelRequest, signal: AbortSignal): Promise<Reply> {
  const { method, url, headers } = to;
  const bytes = Buffer.from(to.body);
  const sent = { begun: false };
  // Read by the client once it is connected, to the receiver itself where a proxy stands in between.
  const body = new Readable({
    read() {
      sent.begun = true;
      this.push(bytes);
      this.push(null);
    },
  });
  const sized = { ...headers, 'content-length': String(bytes.length) };
  try {
    // Not undici's own `request`: the settings name the channel types, and most commands that read settings send nothing.
    const reply = await client.request({ ...requestTo(url, sized), method, body, signal });
    return {
      type: 'answer',
      status: reply.statusCode,
      headers: reply.headers,
      body: await bounded(reply.body).catch(() => ''),
    };
  } catch (error) {
    const { begun } = sent;
    const failure = { type: 'failure', uncertain: begun, unanswered: begun && signal.aborted } as const;
    if (failure.unanswered) return { ...failure, detail: 'no answer in time' };
    const why = signal.aborted ? 'no connection in time' : transportFault(error).said;
    return { ...failure, detail: `${begun ? 'connection lost' : 'not reachable'} (${why})` };
  }
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_LIMIT) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString();
}
