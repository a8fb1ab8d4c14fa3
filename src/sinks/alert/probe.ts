import type { ProbeResult } from './alert-channel.ts';
import type { HttpClient } from './http-client.ts';
import { isRedirect, redirectInWords } from './judge-reply.ts';
import { requestTo } from './request-to.ts';
import { transportFault } from './transport-fault.ts';

/** A harmless request to a receiver, and what its answers mean: whether it would accept a message. */
export interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What a status means; `unknown`: something answers, but only a message would show whether it is accepted. */
  readonly means: (status: number) => 'takes' | 'unknown' | 'refuses';
  /** The request in a few words for people. */
  readonly asked: string;
  /** What is wrong with the channel and what to do, where the body of an answer says so whatever its status. */
  readonly faultOf?: ((body: string) => string | undefined) | undefined;
  /** A second question where the answer to this one leaves something open. */
  readonly next?: (body: string) => Question | undefined;
}

/** A message that is none, which a webhook that would take a real one answers with 400: the address is looked at first. */
export function emptyPost({ url }: { readonly url: URL }): Question {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    means: (status) => (status === 400 ? 'takes' : status < 300 ? 'unknown' : 'refuses'),
    asked: 'POST of an empty message',
  };
}

/** Makes the request, and gives up after `timeout` milliseconds. Never throws; nothing in the result is the address. */
export async function probe(question: Question, client: HttpClient, timeout: number): Promise<ProbeResult> {
  const { method, url, headers, body = null, means, asked } = question;
  try {
    const signal = AbortSignal.timeout(timeout);
    const answer = await client.request({ ...requestTo(url, headers), method, body, signal });
    const text = await answer.body.text();
    const status = answer.statusCode;
    const said = `${asked}: HTTP ${status}`;
    if (isRedirect(status)) {
      const where = redirectInWords(answer.headers['location']);
      return { verdict: 'refuses', said: `${said}, ${where}`, remedy: REDIRECTED };
    }
    const fault = question.faultOf?.(text);
    if (fault !== undefined) return { verdict: 'refuses', said, remedy: fault };
    const verdict = means(status);
    if (verdict === 'refuses') return { verdict, said, remedy: remedyFor(status) };
    const next = question.next?.(text);
    return next === undefined ? { verdict, said } : await probe(next, client, timeout);
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return { verdict: 'silent', said: `within ${timeout / 1_000} s`, remedy: transportFault(error).remedy };
    const { said, remedy } = transportFault(error);
    return { verdict: 'silent', said, remedy };
  }
}

const REDIRECTED = 'set the address to which it leads at last, https:// and all: a message is never sent on';

function remedyFor(status: number): string {
  if (status === 404 || status === 410)
    return 'the webhook does not exist any more: make a new one and set its address';
  return status >= 500
    ? 'the receiver has a fault of its own: try again later'
    : 'it does not accept the address or token: make a new one and set it';
}
