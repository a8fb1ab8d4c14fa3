import { type Message, UPDATES } from '../alert-channel.ts';
import { cutText } from '../../text/cut-text.ts';
import { fieldOf, textOf } from '../field-of.ts';
import { type ChannelSettings, overHttp } from '../http-channel.ts';
import type { ChannelRequest } from '../post.ts';
import { shortText, wholeText } from '../whole-text.ts';

/** Characters of a message, counted once its entities were parsed (sendMessage). */
const TEXT = 4_096;
const PLAIN = 500;
/** One message a second in a chat, 20 a minute in a group (Bots FAQ): milliseconds from one to the next. */
const IN_CHAT = 1_000;
const IN_GROUP = 3_000;

/** Refusals that no other message would escape, and what to do about each. */
const FAULTS: readonly (readonly [said: RegExp, remedy: string])[] = [
  [
    /chat not found/,
    'write to the bot once, or add it to the group, and see whether the id in `to` is right',
  ],
  [/upgraded to a supergroup/, 'the group has become a supergroup: set its new id in `to`'],
  [/bot was (?:blocked|kicked)|have no rights to send/, 'let the bot write to this chat again'],
];

/** Telegram's bot API. `token` is the bot's, `to` the chat: an id, negative for groups, or @channel. */
export const telegram = overHttp({
  type: 'telegram',
  matches: (url) => url.hostname === 'api.telegram.org',
  address: 'https://api.telegram.org',
  needs: ['token', 'to'],
  pace: ({ to: [chat = ''] }) => (/^[-@]/.test(chat) ? IN_GROUP : IN_CHAT),
  compose: (message, settings, plain) =>
    call('sendMessage', settings, {
      ...(plain
        ? { text: cutText(shortText(message), PLAIN) }
        : { text: asHtml(cutText(wholeText(message), TEXT)), parse_mode: 'HTML' }),
      link_preview_options: { is_disabled: true },
      disable_notification: message.effect.part === 'resolved',
    }),
  edits(message, settings) {
    const { opened } = message;
    if (opened === undefined || !UPDATES.has(message.effect.part)) return [];
    const text = asHtml(cutText(`${message.head}\n\n${wholeText(opened.message)}`, TEXT));
    const edit = { message_id: Number(opened.remoteId), text, parse_mode: 'HTML' };
    return [call('editMessageText', settings, { ...edit, link_preview_options: { is_disabled: true } })];
  },
  remoteId(body) {
    const id = fieldOf(body, 'result', 'message_id');
    return typeof id === 'number' ? String(id) : '';
  },
  isOwn: (body) => fieldOf(body, 'ok') === false,
  waitIn(body) {
    const after = fieldOf(body, 'parameters', 'retry_after');
    return typeof after === 'number' ? after * 1_000 : undefined;
  },
  faultOf,
  question: (settings) => ({
    method: 'GET',
    url: methodAddress('getChat', settings, { chat_id: settings.to[0] ?? '' }),
    means: (status) => (status === 200 ? 'takes' : 'refuses'),
    asked: 'getChat',
    faultOf,
  }),
});

function faultOf(body: string): string | undefined {
  const said = textOf(body, 'description');
  return FAULTS.find(([words]) => words.test(said))?.[1];
}

function call(method: string, settings: ChannelSettings, payload: object): ChannelRequest {
  const body = JSON.stringify({ chat_id: settings.to[0], ...payload });
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', url: methodAddress(method, settings), headers, body };
}

function methodAddress(
  method: string,
  { url, token }: ChannelSettings,
  query: Readonly<Record<string, string>> = {},
): URL {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/bot${token}/${method}`;
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target;
}

/** Markdown to the HTML that Telegram knows; what is no whole pair of marks stays as it is. */
function asHtml(markdown: Message['head']): string {
  return markdown
    .split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/)
    .map((piece, index) => {
      if (index % 2 === 0) return escape(piece);
      if (piece.startsWith('`')) return `<code>${escape(piece.slice(1, -1))}</code>`;
      return `<b>${escape(piece.slice(2, -2))}</b>`;
    })
    .join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
