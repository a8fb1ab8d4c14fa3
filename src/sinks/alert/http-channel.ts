import { quoteLine } from '../text/quote.ts';
import { redactKnowing } from '../text/redact.ts';
import type {
  AlertChannel,
  ChannelOptions,
  ChannelType,
  Message,
  SendResult,
  SendStatus,
} from './alert-channel.ts';
import { parseJson } from './parse-json.ts';
import { type ChannelRequest, post, type Reply } from './post.ts';
import { probe, type Question } from './probe.ts';

/** What a receiver needs to know beside the message. */
export type ChannelSettings = Pick<ChannelOptions, 'url' | 'secret' | 'token'>;

/**
 * What is particular to one kind of receiver over HTTP, without any I/O. `compose` writes the message; with `plain` as
 * short and simple as can be, for receivers that refused the full one. `edits` are requests made after it has been
 * sent, whose failure does not matter. `remoteId` reads the receiver's id from its answer.
 */
export interface HttpReceiver {
  readonly type: string;
  readonly matches: (url: URL) => boolean;
  compose(message: Message, settings: ChannelSettings, plain: boolean): ChannelRequest;
  edits?(message: Message, settings: ChannelSettings): readonly ChannelRequest[];
  remoteId?(body: string): string;
  /** What `doctor` asks: something that shows nobody anything. */
  question(settings: ChannelSettings): Question;
}

/** The channel type of a receiver over HTTP. */
export function overHttp(receiver: HttpReceiver): ChannelType {
  const { type, matches } = receiver;
  return {
    type,
    matches,
    create: (options) => httpChannel(receiver, options),
    probe: (options) => probe(receiver.question(options), options.dispatcher, options.timeout),
  };
}

type Answer = Extract<Reply, { type: 'answer' }>;

/** The longest pause that a receiver can ask for, in milliseconds; longer ones are cut to it. */
const WAIT_MAX = 24 * 3_600_000;
/** The pause after a 429 without a duration, in milliseconds. */
const UNSAID = 5_000;

/**
 * A channel to the given receiver. A message that is refused as malformed (400, 413, 422) is sent once more,
 * short and plain: an alert without its details beats none.
 */
function httpChannel(receiver: HttpReceiver, options: ChannelOptions): AlertChannel {
  const { name, dispatcher } = options;
  const conceal = redactKnowing([options.url.href, options.secret, options.token]);
  return {
    name,
    type: receiver.type,
    async send(message) {
      const signal = AbortSignal.timeout(options.timeout);
      const reply = await post(dispatcher, receiver.compose(message, options, false), signal);
      const result = judge(reply, receiver, conceal);
      if (reply.type === 'answer' && [400, 413, 422].includes(reply.status)) {
        const second = judge(
          await post(dispatcher, receiver.compose(message, options, true), signal),
          receiver,
          conceal,
        );
        return second.verdict === 'sent'
          ? {
              ...second,
              detail: `sent short and plain, since the full message was refused: ${result.detail}`,
            }
          : result;
      }
      if (result.verdict !== 'sent' || receiver.edits === undefined) return result;
      let wait = result.wait ?? 0;
      for (const edit of receiver.edits(message, options))
        wait = Math.max(wait, waitAfterEdit(await post(dispatcher, edit, signal)));
      return wait === 0 ? result : { ...result, wait, channelWide: true };
    },
  };
}

function judge(reply: Reply, receiver: HttpReceiver, conceal: (text: string) => string): SendResult {
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
    remoteId: verdict === 'sent' ? (receiver.remoteId?.(reply.body) ?? '') : '',
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

/** The pause that the receiver asks for: `retry_after` of the body (in seconds, more exact), else the header. */
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

/** The pause after a success that used up the rate limit: waiting now is better than a 429 next time. */
function exhausted(reply: Answer): number | undefined {
  const after = Number(single(reply.headers['x-ratelimit-reset-after']));
  return single(reply.headers['x-ratelimit-remaining']) === '0' && after > 0
    ? bounded(after * 1_000)
    : undefined;
}

/** The pause that an edit was answered with. The edit itself may fail without harm. */
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
