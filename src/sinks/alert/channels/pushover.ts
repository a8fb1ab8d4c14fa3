import type { NotificationType } from '../../../model.ts';
import { codePoints, cutText } from '../../text/cut-text.ts';
import { fieldOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import { shortText, underTitle, withoutEmphasis, wholeText } from '../whole-text.ts';

/** Characters of up to four bytes. */
const TEXT = 1_024;
const TITLE = 250;
const PLAIN = 500;
/** An emergency is repeated so often and for so long (seconds; at least 30, at most 10,800) until somebody confirms it. */
const EMERGENCY = { priority: 2, retry: 60, expire: 3_600 };

const PRIORITIES: Readonly<Record<Exclude<NotificationType, 'escalated'>, number>> = {
  opened: 1,
  heal: 0,
  news: 1,
  reopened: 1,
  reminder: 1,
  resolved: -1,
  note: -2,
};

/** Pushover. `token` is the application's, `to` the key of the user or group. */
export const pushover = overHttp({
  type: 'pushover',
  matches: (url) => url.hostname === 'api.pushover.net',
  address: 'https://api.pushover.net/1/messages.json',
  needs: ['token', 'to'],
  compose(message, { url, token, to: [user] }, plain) {
    const { part } = message.effect;
    const body = JSON.stringify({
      token,
      user,
      title: cutText(message.title, TITLE, codePoints),
      message: plain
        ? cutText(shortText(message), PLAIN, codePoints)
        : cutText(withoutEmphasis(wholeText(underTitle(message))), TEXT, codePoints),
      ...(part === 'escalated' ? EMERGENCY : { priority: PRIORITIES[part] }),
      timestamp: Math.floor(message.effect.at / 1_000),
    });
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  isOwn: (body) => fieldOf(body, 'status') === 0 && Array.isArray(fieldOf(body, 'errors')),
  faultOf(body) {
    if (fieldOf(body, 'token') === 'invalid') return 'the token is that of no application: set the right one';
    if (fieldOf(body, 'user') === 'invalid')
      return 'the user key in `to` is of no user or group: set the right one';
    return undefined;
  },
  question: ({ url, token }) => ({
    method: 'GET',
    url: new URL(`apps/limits.json?token=${encodeURIComponent(token)}`, url),
    means: (status) => (status === 200 ? 'unknown' : 'refuses'),
    asked: 'GET of the application’s limits',
  }),
});
