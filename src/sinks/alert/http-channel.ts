import { redactKnowing } from '../text/redact.ts';
import type { AlertChannel, ChannelOptions, ChannelType, Message } from './alert-channel.ts';
import { isForeign, judge, waitAfterEdit } from './judge-reply.ts';
import { type ChannelRequest, post, type Reply } from './post.ts';
import { probe, type Question } from './probe.ts';

/** What a receiver needs to know beside the message. */
export type ChannelSettings = Pick<ChannelOptions, 'url' | 'secret' | 'token' | 'to'>;

/**
 * What is particular to one kind of receiver over HTTP, without any I/O. `compose` writes the message; with `plain` as
 * short and simple as can be, for receivers that refused the full one. `edits` are requests made after it has been
 * sent, whose failure does not matter. `remoteId` reads the receiver's id from its answer.
 */
export interface HttpReceiver extends Pick<
  ChannelType,
  'type' | 'matches' | 'address' | 'protocols' | 'needs'
> {
  /** Whether several effects may come in one message. Default: true. */
  readonly folds?: boolean;
  /** How often it must be told again what still stands, in milliseconds. Default: never. */
  readonly resendEvery?: number;
  /** The shortest time from one message to the next that the service allows, in milliseconds. Default: none. */
  pace?(settings: ChannelSettings): number;
  compose(message: Message, settings: ChannelSettings, plain: boolean): ChannelRequest;
  edits?(message: Message, settings: ChannelSettings): readonly ChannelRequest[];
  remoteId?(body: string): string;
  /** The HTTP status that an answer stands for, where the service answers 200 to everything. */
  statusIn?(body: string): number | undefined;
  /** The pause that a refusal asks for in the service's own way, in milliseconds. */
  waitIn?(body: string): number | undefined;
  /** Whether the body of a refusal is in the service's own words, and not those of something in between. */
  isOwn(body: string): boolean;
  /** What is wrong with the channel itself, and what to do, where a refusal says so whatever its status. */
  faultOf?(body: string): string | undefined;
  /** What `doctor` asks: something that shows nobody anything. */
  question(settings: ChannelSettings): Question;
}

/** The channel type of a receiver over HTTP. */
export function overHttp(receiver: HttpReceiver): ChannelType {
  const { type, matches, address, protocols, needs } = receiver;
  return {
    type,
    matches,
    ...(address !== undefined && { address }),
    ...(protocols !== undefined && { protocols }),
    ...(needs !== undefined && { needs }),
    create: (options) => httpChannel(receiver, options),
    probe: (options) => probe(receiver.question(options), options.dispatcher, options.timeout),
  };
}

/**
 * A channel to the given receiver. A message that is refused as malformed (400, 413, 422), or by something in between
 * (403, for what a log line looks like), is sent once more, short and plain: an alert without its details beats none.
 */
function httpChannel(receiver: HttpReceiver, options: ChannelOptions): AlertChannel {
  const { name, url, dispatcher } = options;
  const conceal = redactKnowing([url.href, options.secret, options.token]);
  const { type, folds, resendEvery } = receiver;
  const pace = receiver.pace?.(options) ?? 0;
  const ask = async (request: ChannelRequest, signal: AbortSignal): Promise<Reply> =>
    meant(await post(dispatcher, request, signal), receiver);
  return {
    name,
    type,
    ...(folds !== undefined && { folds }),
    ...(resendEvery !== undefined && { resendEvery }),
    async send(message) {
      const signal = AbortSignal.timeout(options.timeout);
      const reply = await ask(receiver.compose(message, options, false), signal);
      const result = judge(reply, receiver, conceal);
      if (result.verdict !== 'disable' && isAboutTheMessage(reply, receiver)) {
        const second = judge(await ask(receiver.compose(message, options, true), signal), receiver, conceal);
        return second.verdict === 'sent'
          ? {
              ...second,
              detail: `sent short and plain, since the full message was refused: ${result.detail}`,
            }
          : result;
      }
      if (result.verdict !== 'sent') return result;
      let wait = Math.max(result.wait ?? 0, pace);
      for (const edit of receiver.edits?.(message, options) ?? [])
        wait = Math.max(wait, waitAfterEdit(await ask(edit, signal), receiver));
      return wait === 0 ? result : { ...result, wait, channelWide: true };
    },
  };
}

/** The reply with the status that it stands for. */
function meant(reply: Reply, receiver: HttpReceiver): Reply {
  if (reply.type === 'failure' || reply.status !== 200) return reply;
  const status = receiver.statusIn?.(reply.body);
  return status === undefined ? reply : { ...reply, status };
}

function isAboutTheMessage(reply: Reply, receiver: HttpReceiver): boolean {
  if (reply.type === 'failure') return false;
  return [400, 413, 422].includes(reply.status) || (reply.status === 403 && isForeign(reply, receiver));
}
