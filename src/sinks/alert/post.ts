import type { Dispatcher } from 'undici';

/** A request to a receiver, as plain data. */
export interface ChannelRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** More of an answer than this is not read: it is only quoted, or searched for an id. */
const BODY_LIMIT = 64 * 1_024;

/** The connection was never made, so that nothing can have been received. */
const NEVER_ARRIVED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const TLS_REFUSED = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** What came back: an answer, or how it failed to come. Neither contains the address. */
export type Reply =
  | { readonly type: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: 'failure'; readonly detail: string; readonly uncertain: boolean };

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Makes one request within the time `signal` allows. Redirects are answers: nothing is sent to another place. */
export async function post(dispatcher: Dispatcher, to: ChannelRequest, signal: AbortSignal): Promise<Reply> {
  try {
    const { url, ...rest } = to;
    // Not undici's own `request`: the settings name the channel types, and most commands that read settings send nothing.
    const path = url.pathname + url.search;
    const reply = await dispatcher.request({ ...rest, origin: url.origin, path, signal });
    return {
      type: 'answer',
      status: reply.statusCode,
      headers: reply.headers,
      body: await bounded(reply.body).catch(() => ''),
    };
  } catch (error) {
    const code = codeOf(error);
    const uncertain = !NEVER_ARRIVED.has(code) && !TLS_REFUSED.test(code);
    if (signal.aborted) return { type: 'failure', detail: 'no answer in time', uncertain };
    return {
      type: 'failure',
      detail: uncertain ? `connection lost (${code})` : `not reachable (${code})`,
      uncertain,
    };
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

/** Messages of transport errors may contain the address; their codes do not. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
