import type { NotificationType } from '../../../model.ts';
import type { ChannelType } from '../alert-channel.ts';
import { cutText, utf8Length } from '../../text/cut-text.ts';

/** Bytes: a longer message becomes an attachment. Title and JSON around it are not counted. */
const MESSAGE = 4_096;
const PLAIN = 500;
const TITLE = 250;

/** 5 makes phones ring through; only a person who is needed is worth that. */
const PRIORITIES: Readonly<Record<NotificationType, number>> = {
  opened: 4,
  heal: 3,
  reopened: 4,
  escalated: 5,
  reminder: 4,
  resolved: 3,
  note: 2,
};

/** ntfy topics (`https://ntfy.sh/topic`), published as JSON to the server's root because headers carry no emoji. */
export const ntfy: ChannelType = {
  type: 'ntfy',
  matches: (url) => /(?:^|\.)ntfy\./.test(url.hostname),
  compose(message, { url, token }, plain) {
    const segments = url.pathname.replace(/\/$/, '').split('/');
    const topic = decodeURIComponent(segments.pop() ?? '');
    const root = new URL(url);
    root.pathname = `${segments.join('/')}/`;
    const said = [message.head, message.body, message.footer].filter((part) => part !== '').join('\n\n');
    const text = plain ? `${message.title}\n${message.footer}` : said.replaceAll('**', '');
    const payload = {
      topic,
      title: cutText(message.title, TITLE, utf8Length),
      message: cutText(text, plain ? PLAIN : MESSAGE, utf8Length),
      priority: PRIORITIES[message.effect.part],
    };
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    return { method: 'POST', url: root, headers, body: JSON.stringify(payload) };
  },
};
