import type { NotificationType } from '../../../model.ts';
import { cutText, utf8Length } from '../../text/cut-text.ts';
import { overHttp } from '../http-channel.ts';
import { parseJson } from '../parse-json.ts';
import { underTitle, wholeText, withoutEmphasis } from '../whole-text.ts';

/** Bytes: a longer message becomes an attachment. Title and JSON around it are not counted. */
const MESSAGE = 4_096;
const PLAIN = 500;
const TITLE = 250;

/** 5 rings through on phones in silent mode: only for escalations. */
const PRIORITIES: Readonly<Record<NotificationType, number>> = {
  opened: 4,
  heal: 3,
  news: 4,
  reopened: 4,
  escalated: 5,
  reminder: 4,
  resolved: 3,
  note: 2,
};

/** ntfy topics (`https://ntfy.sh/topic`), published as JSON to the server's root because headers carry no emoji. */
export const ntfy = overHttp({
  type: 'ntfy',
  matches: (url) => /(?:^|\.)ntfy\./.test(url.hostname),
  compose(message, { url, token }, plain) {
    const segments = url.pathname.replace(/\/$/, '').split('/');
    const topic = decodeURIComponent(segments.pop() ?? '');
    const root = new URL(url);
    root.pathname = `${segments.join('/')}/`;
    const said = wholeText(underTitle(message));
    const text = plain ? `${message.title}\n${message.footer}` : withoutEmphasis(said);
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
  isOwn: (body) => {
    const answer = parseJson(body);
    return typeof answer === 'object' && answer !== null && 'http' in answer && 'error' in answer;
  },
  question: ({ url, token }) => ({
    method: 'GET',
    url: new URL(`${url.pathname.replace(/\/$/, '')}/auth`, url),
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    means: (status) => (status === 200 ? 'takes' : 'refuses'),
    asked: 'GET of the topic’s auth',
  }),
});
