import type { Effect, NotificationType } from '../../model.ts';

/** A message to be sent to one channel: an effect told in words, or several of them folded into one. */
export interface Message {
  /** The same over every attempt, so that a receiver can tell a repeat. */
  readonly id: string;
  /** The effect it tells; the newest, if several are told at once. */
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
  /** The message that opened the incident, where it has been sent and the receiver gave it an id to edit it by. */
  readonly opened?: { readonly remoteId: string; readonly message: Message };
  /** When this attempt is made (epoch milliseconds). */
  readonly at: number;
}

/** The parts by which the message that opened an incident is brought up to date, where a receiver allows that. */
export const UPDATES: ReadonlySet<NotificationType> = new Set(['heal', 'reopened', 'escalated', 'resolved']);

/**
 * How one attempt ended. `retry`: later, the same again. `refused`: never again, for this message. `disable`: the
 * channel itself is wrong (401, 403, 404) and is left alone until a reload.
 */
export type SendStatus = 'sent' | 'retry' | 'refused' | 'disable';

/** What one attempt came to; nothing in it contains the channel's address or another secret. */
export interface SendResult {
  readonly verdict: SendStatus;
  readonly detail: string;
  /** The receiver's id for the message, where it gives one. */
  readonly remoteId: string;
  /** The receiver asks to be left alone for so long (milliseconds). */
  readonly wait?: number;
  /** No answer came, though the request may have arrived: the next attempt may be a repeat. */
  readonly uncertain: boolean;
  /** The whole channel is affected, not this message alone: nothing else is sent until the time has come. */
  readonly channelWide: boolean;
}

/** Somewhere alerts go. Never throws: every end of an attempt is a result. */
export interface AlertChannel {
  /** How logs, status and the outbox name it: the address cannot be shown. */
  readonly name: string;
  readonly type: string;
  send(message: Message): Promise<SendResult>;
}

/** An HTTP request of a channel, as plain data. */
export interface ChannelRequest {
  readonly method: 'POST' | 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a channel type needs to know beside the message. */
export interface ChannelSettings {
  readonly url: URL;
  readonly secret: string;
  readonly token: string;
}

/**
 * What is particular to one kind of receiver; a new one is one file with one of these. `compose` writes the message;
 * with `plain` as short and simple as can be, for receivers that refused the full one. `edits` are requests made
 * after it has been sent, whose failure does not matter. `remoteId` reads the receiver's id from its answer.
 */
export interface ChannelType {
  readonly type: string;
  matches(url: URL): boolean;
  compose(message: Message, settings: ChannelSettings, plain: boolean): ChannelRequest;
  edits?(message: Message, settings: ChannelSettings): readonly ChannelRequest[];
  remoteId?(body: string): string;
}
