import type { Effect, NotificationType } from '../../model.ts';
import type { HttpClient } from './http-client.ts';

/** A message for one channel: one effect as text, or several folded into one. */
export interface Message {
  /** The same over every attempt, so that a receiver can recognize a repeat. */
  readonly id: string;
  /** The effect it is about; if there are several, the newest. */
  readonly effect: Effect;
  /** One line, without emphasis. */
  readonly title: string;
  /** What everybody must see. Markdown; `**` is emphasis and back-ticks are code. */
  readonly head: string;
  /** What helps to act; may be empty. */
  readonly body: string;
  /** The last line: the incident's id, and whether the message may be a repeat. */
  readonly footer: string;
  readonly repeat: boolean;
  /** The message that opened the incident, if it is to be edited: it was sent, and the receiver gave an id by which it can be. */
  readonly opened?: { readonly remoteId: string; readonly message: Message };
  /** The receiver's id of the message that opened the incident, for services in which the others belong to it; else empty. */
  readonly thread: string;
  /** When this attempt is made (epoch milliseconds). */
  readonly at: number;
}

/** Notifications after which the message that opened the incident is edited, where a receiver allows that. */
export const UPDATES: ReadonlySet<NotificationType> = new Set(['heal', 'reopened', 'escalated', 'resolved']);

/**
 * How one attempt ended. `retry`: later, the same again. `refused`: never again, for this message. `disable`: the
 * service says that the channel itself is wrong (401, 403, 404, 410); it is left alone but for a try now and then.
 */
export type SendStatus = 'sent' | 'retry' | 'refused' | 'disable';

/** The result of one attempt; it contains neither the channel's address nor another secret. */
export interface SendResult {
  readonly verdict: SendStatus;
  readonly detail: string;
  /** The receiver's id for the message, where it gives one. */
  readonly remoteId: string;
  /** The pause that the receiver asks for, in milliseconds. */
  readonly wait?: number;
  /** No answer came, though the request may have arrived: the next attempt may be a repeat. */
  readonly uncertain: boolean;
  /** The receiver took the request, and its time (`alerts.timeout`) ran out: it may be slow, and take every repeat. */
  readonly unanswered?: boolean;
  /**
   * The whole channel is affected and not this message alone: nothing else is sent to it before the next attempt is
   * due.
   */
  readonly channelWide: boolean;
}

/** Somewhere alerts go. Never throws: every end of an attempt is a result. */
export interface AlertChannel {
  /** Its name in logs, status and the outbox: the address is a secret. */
  readonly name: string;
  readonly type: string;
  /**
   * Whether several effects may come in one message; a receiver that keys by incident must see each open and close.
   * Default: true.
   */
  readonly folds?: boolean;
  /** One attempt may take seconds of this host's own work: nothing else waits for its end. */
  readonly slow?: boolean;
  /** How often a receiver that forgets must be told again what still stands (milliseconds). */
  readonly resendEvery?: number;
  send(message: Message): Promise<SendResult>;
}

/** What a channel is made from. `timeout` bounds one attempt, edits and all, in milliseconds. */
export interface ChannelOptions {
  readonly name: string;
  readonly url: URL;
  readonly secret: string;
  readonly token: string;
  /** Whom a service is to give it to: a chat, a room, a user, addresses of mail. */
  readonly to: readonly string[];
  /** The sender of mail. */
  readonly from: string;
  /** Program and arguments, for a channel that runs one. */
  readonly command: readonly string[];
  readonly timeout: number;
  /** Path of a PEM file with authorities of the operator's own; empty for none. */
  readonly ca: string;
  /** The client that every request goes through. */
  readonly dispatcher: HttpClient;
}

/**
 * The result of a harmless request to a receiver. `takes`: it would accept a message. `unknown`: something answers, but
 * only a message would show whether it is accepted. `refuses` and `silent` come with what to do about it. Holds no secret.
 */
export interface ProbeResult {
  readonly verdict: 'takes' | 'unknown' | 'refuses' | 'silent';
  /** The request and its answer, or why no answer came. */
  readonly said: string;
  readonly remedy?: string;
}

/**
 * What `alerts.channels[].type` may name: one file in `channels/`, one line in the registry, one contract test
 * (`test/sinks-channels.test.ts`); what its service allows is enforced by a stand-in in `test/support/services`. `overHttp` makes those whose receiver speaks HTTP.
 */
export interface ChannelType {
  readonly type: string;
  /** Whether an address for which no type is named is one of its own. */
  readonly matches: (url: URL) => boolean;
  /** The address where none is configured; absent: it must be. */
  readonly address?: string;
  /** Schemes of its addresses, colon and all. Default: http: and https:. */
  readonly protocols?: readonly string[];
  /** Settings beside the address without which it cannot work. */
  readonly needs?: readonly ('token' | 'to' | 'from' | 'command')[];
  create(options: ChannelOptions): AlertChannel;
  /** For `doctor`: whether the receiver would accept a message, by a request that shows nobody anything. Never throws. */
  probe(options: ChannelOptions): Promise<ProbeResult>;
}
