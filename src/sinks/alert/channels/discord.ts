import type { NotificationType } from '../../../model.ts';
import { type Message, UPDATES } from '../alert-channel.ts';
import { cutText } from '../../text/cut-text.ts';
import { overHttp } from '../http-channel.ts';
import { parseJson } from '../parse-json.ts';
import type { ChannelRequest } from '../post.ts';
import type { Question } from '../probe.ts';

/** Limits of the webhook resource: content, embed description and footer, in the stricter of the two countings. */
const CONTENT = 2_000;
const DESCRIPTION = 3_500;
const STATUS = 1_500;
const FOOTER = 500;
const PLAIN = 500;
/** Message flag: shown without a sound. */
const SUPPRESS_NOTIFICATIONS = 1 << 12;

/** The webhook belongs to a forum channel, and its address names no thread. */
const FORUM_WITHOUT_THREAD = 220_001;
const FORUM =
  'a forum channel: add ?thread_id=ID of a thread to the address, or make a webhook of a text channel';

const COLOURS: Readonly<Record<NotificationType, number>> = {
  opened: 0xe0_3e_3e,
  heal: 0x3e_7b_e0,
  news: 0xe0_3e_3e,
  reopened: 0xe0_3e_3e,
  escalated: 0x9b_1c_1c,
  reminder: 0xe0_9b_3e,
  resolved: 0x2e_a0_43,
  note: 0x80_80_80,
};

/**
 * Discord webhooks. `wait=true`, since otherwise a message that is not saved reports no error; the id it answers with
 * lets the opening message be edited whenever the incident has gone on. Mentions are never parsed,
 * in edits neither (where parsing is the default).
 */
export const discord = overHttp({
  type: 'discord',
  matches: (url) => /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[^/]+\/?$/.test(url.pathname),
  compose(message, { url }, plain) {
    const target = new URL(url);
    target.searchParams.set('wait', 'true');
    if (plain)
      return json('POST', target, { content: cutText(`${message.title}\n${message.footer}`, PLAIN) });
    const quiet = message.effect.part === 'resolved' ? { flags: SUPPRESS_NOTIFICATIONS } : {};
    return json('POST', target, {
      content: cutText(message.head, CONTENT),
      embeds: [embed(message)],
      ...quiet,
    });
  },
  edits(message, { url }) {
    const { part } = message.effect;
    const { opened } = message;
    if (opened === undefined || !UPDATES.has(part)) return [];
    const target = new URL(url);
    target.pathname = `${target.pathname.replace(/\/$/, '')}/messages/${opened.remoteId}`;
    const status = {
      color: COLOURS[part],
      description: cutText(`${message.head}\n\n${message.body}`, STATUS),
      footer: { text: cutText(message.footer, FOOTER) },
    };
    return [json('PATCH', target, { embeds: [status, embed(opened.message)] })];
  },
  remoteId: messageId,
  isOwn: (body) => errorCode(body) !== undefined,
  faultOf,
  question: ({ url }) => ({
    method: 'GET',
    url,
    means: (status) => (status === 200 ? 'takes' : 'refuses'),
    asked: 'GET of the webhook',
    next: (body) => (isWebhook(body) && !url.searchParams.has('thread_id') ? emptyMessage(url) : undefined),
  }),
});

/** Only Discord itself answers for a webhook by describing it. */
function isWebhook(body: string): boolean {
  const answer = parseJson(body);
  return typeof answer === 'object' && answer !== null && 'type' in answer && 'id' in answer;
}

/** What shows that a webhook belongs to a forum: a message without content, which is refused in every channel. */
function emptyMessage(url: URL): Question {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    means: (status) => (status < 500 ? 'takes' : 'refuses'),
    asked: 'POST of an empty message',
    faultOf,
  };
}

function faultOf(body: string): string | undefined {
  return errorCode(body) === FORUM_WITHOUT_THREAD ? FORUM : undefined;
}

function embed(message: Message): object {
  return {
    color: COLOURS[message.effect.part],
    ...(message.body === '' ? {} : { description: cutText(message.body, DESCRIPTION) }),
    footer: { text: cutText(message.footer, FOOTER) },
    timestamp: new Date(message.effect.at).toISOString(),
  };
}

function json(method: 'POST' | 'PATCH', url: URL, payload: object): ChannelRequest {
  const body = JSON.stringify({ ...payload, allowed_mentions: { parse: [] } });
  return { method, url, headers: { 'content-type': 'application/json' }, body };
}

/** The number by which Discord's own errors are told apart. */
function errorCode(body: string): number | undefined {
  const answer = parseJson(body);
  return typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'number'
    ? answer.code
    : undefined;
}

function messageId(body: string): string {
  const answer = parseJson(body);
  return typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string'
    ? answer.id
    : '';
}
