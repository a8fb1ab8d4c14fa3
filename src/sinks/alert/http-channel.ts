import type { Dispatcher } from 'undici';
import { quoteLine } from '../text/quote.ts';
import { redactKnowing } from '../text/redact.ts';
import type { AlertChannel, ChannelSettings, ChannelType, SendResult, SendStatus } from './alert-channel.ts';
import { parseJson } from './parse-json.ts';
import { post, type Reply } from './post.ts';

/** What every channel needs beside its type. `timeout` bounds one attempt, edits and all, in milliseconds. */
export interface HttpChannelOptions extends ChannelSettings {
  readonly name: string;
  readonly timeout: number;
  readonly dispatcher: Dispatcher;
}

type Answer = Extract<Reply, { type: 'answer' }>;

/** Longest pause a receiver is believed to mean. */
const WAIT_MAX = 24 * 3_600_000;
/** The pause after a 429 that does not say how long. */
const UNSAID = 5_000;

/**
 * A channel of the given type over HTTP. A message that is refused as malformed (400, 413, 422) is sent once more,
 * short and plain: an alert without its details beats none.
 */
export function httpChannel(type: ChannelType, options: HttpChannelOptions): AlertChannel {
  const { name, dispatcher } = options;
  const conceal = redactKnowing([options.url.href, options.secret, options.token]);
  return {
    name,
    type: type.type,
    async send(message) {
      const signal = AbortSignal.timeout(options.timeout);
      const reply = await post(dispatcher, type.compose(message, options, false), signal);
      const result = judge(reply, type, conceal);
      if (reply.type === 'answer' && [400, 413, 422].includes(reply.status)) {
        const second = judge(
          await post(dispatcher, type.compose(message, options, true), signal),
          type,
          conceal,
        );
        return second.verdict === 'sent'
          ? {
              ...second,
              detail: `sent short and plain, since the full message was refused: ${result.detail}`,
            }
          : result;
      }
      if (result.verdict !== 'sent' || type.edits === undefined) return result;
      let wait = result.wait ?? 0;
      for (const edit of type.edits(message, options))
        wait = Math.max(wait, waitAfterEdit(await post(dispatcher, edit, signal)));
      return wait === 0 ? result : { ...result, wait, channelWide: true };
    },
  };
}

function judge(reply: Reply, type: ChannelType, conceal: (text: string) => string): SendResult {
  if (reply.type === 'failure') {
    const { uncertain } = reply;
    return { verdict: 'retry', detail: conceal(reply.detail), remoteId: '', uncertain, channelWide: true };
  }
  const verdict = verdictOf(reply.status);
  const wait = verdict === 'sent' ? exhausted(reply) : verdict === 'retry' ? waitOf(reply) : undefined;
  const said = quoteLine(conceal(reply.body), 300);
  const redirect = reply.status >= 300 && reply.status < 400 ? ' (redirects are not followed)' : '';
  return {
    verdict,
    detail: `HTTP ${reply.status}${redirect}${verdict === 'sent' || said === '' ? '' : `: ${said}`}`,
    remoteId: verdict === 'sent' ? (type.remoteId?.(reply.body) ?? '') : '',
    uncertain: false,
    channelWide: reply.status === 429 || wait !== undefined,
    ...(wait === undefined ? {} : { wait }),
  };
}

function verdictOf(status: number): SendStatus {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  return status === 401 || status === 403 || status === 404 ? 'disable' : 'refused';
}

/** How long the receiver asks to wait: its body's `retry_after` (seconds, more exact) before the header. */
function waitOf(reply: Answer): number | undefined {
  const body = parseJson(reply.body);
  if (
    typeof body === 'object' &&
    body !== null &&
    'retry_after' in body &&
    typeof body.retry_after === 'number'
  ) {
    return bounded(body.retry_after * 1_000);
  }
  const header = single(reply.headers['retry-after']);
  if (header === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(header)) return bounded(Number(header) * 1_000);
  const date = Date.parse(header);
  const now = Date.parse(single(reply.headers['date']) ?? '') || Date.now();
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

/** The rate limit's bucket is empty: waiting now is better than being told to. */
function exhausted(reply: Answer): number | undefined {
  const after = Number(single(reply.headers['x-ratelimit-reset-after']));
  return single(reply.headers['x-ratelimit-remaining']) === '0' && after > 0
    ? bounded(after * 1_000)
    : undefined;
}

/** An edit may fail without harm, but not the receiver's wish to be left alone. */
function waitAfterEdit(reply: Reply): number {
  if (reply.type === 'failure') return 0;
  return reply.status === 429 ? (waitOf(reply) ?? UNSAID) : (exhausted(reply) ?? 0);
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), WAIT_MAX);
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
