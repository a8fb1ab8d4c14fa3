import type { NotificationType } from '../../../model.ts';
import { cutText } from '../../text/cut-text.ts';
import { textOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import { shortText, underTitle, wholeText } from '../whole-text.ts';

/** None is documented; clients show no more of one message with comfort. */
const TEXT = 10_000;
const PLAIN = 500;
const TITLE = 250;

/** Android: from 4 with a sound, from 8 on top of everything. */
const PRIORITIES: Readonly<Record<NotificationType, number>> = {
  opened: 7,
  heal: 4,
  news: 7,
  reopened: 7,
  escalated: 10,
  reminder: 7,
  resolved: 4,
  note: 2,
};

/** Gotify servers: `https://HOST/message?token=…`, or the application's token apart. */
export const gotify = overHttp({
  type: 'gotify',
  matches: (url) => /(?:^|\.)gotify\./.test(url.hostname),
  compose(message, { url, token }, plain) {
    const target = new URL(url);
    if (target.pathname === '/') target.pathname = '/message';
    const payload = {
      title: cutText(message.title, TITLE),
      message: plain ? cutText(shortText(message), PLAIN) : cutText(wholeText(underTitle(message)), TEXT),
      priority: PRIORITIES[message.effect.part],
      extras: { 'client::display': { contentType: plain ? 'text/plain' : 'text/markdown' } },
    };
    const key = token === '' ? {} : { 'x-gotify-key': token };
    const headers = { 'content-type': 'application/json', ...key };
    return { method: 'POST', url: target, headers, body: JSON.stringify(payload) };
  },
  isOwn: (body) => textOf(body, 'error') !== '' && textOf(body, 'errorDescription') !== '',
  question: ({ url }) => ({
    method: 'GET',
    url: new URL('health', url),
    means: (status) => (status === 200 ? 'unknown' : 'refuses'),
    asked: 'GET of health',
  }),
});
