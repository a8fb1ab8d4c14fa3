import { quoteLine } from '../text/quote.ts';
import type { SendResult, SendStatus } from './alert-channel.ts';
import type { HttpReceiver } from './http-channel.ts';
import { parseJson } from './parse-json.ts';
import type { Reply } from './post.ts';

type Answer = Extract<Reply, { type: 'answer' }>;
type Words = Pick<HttpReceiver, 'isOwn' | 'faultOf' | 'remoteId' | 'waitIn'>;

/** The longest pause that a receiver can ask for, in milliseconds; longer ones are cut to it. */
const WAIT_MAX = 15 * 60_000;
/** The pause after a 429 without a duration, in milliseconds. */
const UNSAID = 5_000;
/** Answers about the address or the right to use it, and not about the message. */
const ABOUT_THE_CHANNEL: ReadonlySet<number> = new Set([401, 403, 404, 410]);

/** What a reply means for the message and the channel; `conceal` masks secrets in what is quoted of it. */
export function judge(reply: Reply, receiver: Words, conceal: (text: string) => string): SendResult {
  if (reply.type === 'failure') {
    const { detail, uncertain, unanswered } = reply;
    return {
      verdict: 'retry',
      detail: conceal(detail),
      remoteId: '',
      uncertain,
      channelWide: true,
      ...(unanswered && { unanswered }),
    };
  }
  const { status, body } = reply;
  const fault = status >= 400 && status < 500 ? receiver.faultOf?.(body) : undefined;
  const verdict = fault === undefined ? verdictOf(reply, receiver) : 'disable';
  const wait =
    verdict === 'sent' ? exhausted(reply) : verdict === 'retry' ? waitOf(reply, receiver) : undefined;
  const said = verdict === 'sent' ? '' : quoteLine(conceal(body), 300);
  const why = fault ?? (isRedirect(status) ? redirectInWords(reply.headers['location']) : '');
  return {
    verdict,
    detail: `HTTP ${status}${why === '' ? '' : ` (${why})`}${said === '' ? '' : `: ${said}`}`,
    remoteId: verdict === 'sent' ? (receiver.remoteId?.(body) ?? '') : '',
    uncertain: false,
    channelWide:
      status === 429 || status === 401 || status === 404 || isRedirect(status) || wait !== undefined,
    ...(wait === undefined ? {} : { wait }),
  };
}

/** Whether a refusal is about the channel but not in the service's own words: a CDN's, a proxy's, a firewall's. */
export function isForeign({ status, body }: Answer, receiver: Pick<HttpReceiver, 'isOwn'>): boolean {
  return ABOUT_THE_CHANNEL.has(status) && status !== 410 && !receiver.isOwn(body);
}

/** Whether a status sends the client elsewhere. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** That redirects are not followed, and where to one points: the host alone, since a path may be a secret. */
export function redirectInWords(location: string | readonly string[] | undefined): string {
  const target = single(location) ?? '';
  const where = URL.canParse(target) ? `; it points to ${new URL(target).origin}` : '';
  return `redirects are not followed${where}`;
}

/** The pause that an edit was answered with. The edit itself may fail without harm. */
export function waitAfterEdit(reply: Reply, receiver: Pick<Words, 'waitIn'>): number {
  if (reply.type === 'failure') return 0;
  return reply.status === 429 ? (waitOf(reply, receiver) ?? UNSAID) : (exhausted(reply) ?? 0);
}

/**
 * Only the service itself ends anything: what stands in between (a CDN, a proxy whose backend restarts, a login page)
 * is waited out. 410 is the one status by which a receiver says that it is gone for good (Standard Webhooks).
 */
function verdictOf(reply: Answer, receiver: Words): SendStatus {
  const { status, body } = reply;
  if (status >= 200 && status < 300) return 'sent';
  if (status < 400 || status >= 500 || [407, 408, 425, 429].includes(status)) return 'retry';
  if (ABOUT_THE_CHANNEL.has(status)) return isForeign(reply, receiver) ? 'retry' : 'disable';
  return receiver.isOwn(body) || isObject(parseJson(body)) ? 'refused' : 'retry';
}

/** The pause that the receiver asks for: by the body (`retry_after` in seconds, more exact), else by the header. */
function waitOf(reply: Answer, receiver: Pick<Words, 'waitIn'>): number | undefined {
  const own = receiver.waitIn?.(reply.body);
  if (own !== undefined) return bounded(own);
  const body = parseJson(reply.body);
  if (isObject(body) && 'retry_after' in body && typeof body.retry_after === 'number') {
    return bounded(body.retry_after * 1_000);
  }
  const header = single(reply.headers['retry-after']);
  if (header === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(header)) return bounded(Number(header) * 1_000);
  const date = Date.parse(header);
  const now = Date.parse(single(reply.headers['date']) ?? '') || Date.now();
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

/** The pause after a success that used up the rate limit: waiting now is better than a 429 next time. */
function exhausted(reply: Answer): number | undefined {
  const after = Number(single(reply.headers['x-ratelimit-reset-after']));
  return single(reply.headers['x-ratelimit-remaining']) === '0' && after > 0
    ? bounded(after * 1_000)
    : undefined;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), WAIT_MAX);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
