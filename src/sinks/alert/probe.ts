import type { Dispatcher } from 'undici';
import type { ProbeResult } from './alert-channel.ts';

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
}

/** Makes the request, and gives up after `timeout` milliseconds. Never throws; nothing in the result is the address. */
export async function probe(
  question: Question,
  dispatcher: Dispatcher,
  timeout: number,
): Promise<ProbeResult> {
  const { method, url, headers = {}, body = null, means, asked } = question;
  try {
    const signal = AbortSignal.timeout(timeout);
    const path = url.pathname + url.search;
    const answer = await dispatcher.request({ origin: url.origin, path, method, headers, body, signal });
    await answer.body.dump();
    const status = answer.statusCode;
    const verdict = means(status);
    const said = `${asked}: HTTP ${status}`;
    return verdict === 'refuses' ? { verdict, said, remedy: remedyFor(status) } : { verdict, said };
  } catch (error) {
    return { verdict: 'silent', said: codeOf(error, timeout), remedy: UNREACHED };
  }
}

const UNREACHED = 'see whether this host may reach it: DNS, firewall, proxy; under systemd IPAddressDeny=';

function remedyFor(status: number): string {
  if (status === 404 || status === 410)
    return 'the webhook does not exist any more: make a new one and set its address';
  return status >= 500
    ? 'the receiver has a fault of its own: try again later'
    : 'it does not accept the address or token: make a new one and set it';
}

/** The code only: a message may contain the address, which is a secret. */
function codeOf(error: unknown, timeout: number): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0], timeout);
  if (error instanceof Error && error.name === 'TimeoutError') return `within ${timeout / 1_000} s`;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
