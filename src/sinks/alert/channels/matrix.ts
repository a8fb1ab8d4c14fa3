import { type Message, UPDATES } from '../alert-channel.ts';
import { cutText, utf8Length } from '../../text/cut-text.ts';
import { fieldOf, textOf } from '../field-of.ts';
import { type ChannelSettings, overHttp } from '../http-channel.ts';
import type { ChannelRequest } from '../post.ts';
import { shortText, wholeText } from '../whole-text.ts';

/**
 * Bytes of one text. An event may have 65,536, all of its JSON and what the server adds; every text stands in it
 * up to four times (plain and HTML, and both once more in an edit), and escaping doubles what is escaped.
 */
const TEXT = 6_000;
const PLAIN = 500;

/** A room of a Matrix server: `url` is the homeserver, `to` the id of the room (`!id:server`). It must not be encrypted. */
export const matrix = overHttp({
  type: 'matrix',
  matches: (url) => /(?:^|\.)matrix\./.test(url.hostname),
  needs: ['token', 'to'],
  compose(message, settings, plain) {
    const text = plain
      ? cutText(shortText(message), PLAIN, utf8Length)
      : cutText(wholeText(message), TEXT, utf8Length);
    return event(settings, message.id + (plain ? ':plain' : ''), said(message, text, plain));
  },
  edits(message, settings) {
    const { opened } = message;
    if (opened === undefined || !UPDATES.has(message.effect.part)) return [];
    const text = cutText(`${message.head}\n\n${wholeText(opened.message)}`, TEXT, utf8Length);
    const content = said(opened.message, text, false);
    return [
      event(settings, `${message.id}:edit`, {
        ...content,
        body: `* ${text}`,
        'm.new_content': content,
        'm.relates_to': { rel_type: 'm.replace', event_id: opened.remoteId },
      }),
    ];
  },
  remoteId: (body) => textOf(body, 'event_id'),
  isOwn: (body) => /^[A-Z][A-Z._]*_/.test(textOf(body, 'errcode')),
  waitIn(body) {
    const after = fieldOf(body, 'retry_after_ms');
    return typeof after === 'number' ? after : undefined;
  },
  question: ({ url, token, to: [room = ''] }) => ({
    method: 'GET',
    url: new URL(`/_matrix/client/v3/rooms/${encodeURIComponent(room)}/joined_members`, url),
    headers: authorized(token),
    means: (status) => (status === 200 ? 'takes' : 'refuses'),
    asked: 'GET of the members of the room',
  }),
});

/** Events of a server whose id is the same are one: a repeat is not shown. */
function event(
  { url, token, to: [room = ''] }: ChannelSettings,
  id: string,
  content: object,
): ChannelRequest {
  const path = ['rooms', room, 'send', 'm.room.message', id].map(encodeURIComponent).join('/');
  return {
    method: 'PUT',
    url: new URL(`/_matrix/client/v3/${path}`, url),
    headers: { 'content-type': 'application/json', ...authorized(token) },
    body: JSON.stringify(content),
  };
}

/** A notice makes no sound; whatever asks for somebody is a text. Mentions nobody. */
function said({ effect }: Message, text: string, plain: boolean): object {
  const quiet = effect.part === 'resolved' || effect.part === 'heal' || effect.part === 'note';
  return {
    msgtype: quiet ? 'm.notice' : 'm.text',
    body: text,
    ...(!plain && { format: 'org.matrix.custom.html', formatted_body: asHtml(text) }),
    'm.mentions': {},
  };
}

function asHtml(markdown: string): string {
  return markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\*\*([^*\n]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll('\n', '<br>');
}

function authorized(token: string): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}
