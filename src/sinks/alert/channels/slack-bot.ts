import { type Message, UPDATES } from '../alert-channel.ts';
import { cutText } from '../../text/cut-text.ts';
import { fieldOf, textOf } from '../field-of.ts';
import { type ChannelSettings, overHttp } from '../http-channel.ts';
import type { ChannelRequest } from '../post.ts';
import { shortText, wholeText } from '../whole-text.ts';
import { asMrkdwn } from './slack.ts';

/** Documented are 40,000, after which a message is truncated; longer ones than some 13,000 have been refused. */
const TEXT = 10_000;
const PLAIN = 500;
/** One message a second in a channel (chat.postMessage), in milliseconds. */
const PACE = 1_000;

/** The status that each error stands for: Slack answers 200 to everything but 429. */
const MEANINGS: readonly (readonly [errors: RegExp, status: number])[] = [
  [/^(?:rate_?limited|message_limit_exceeded)$/, 429],
  [/^(?:invalid_auth|not_authed|account_inactive|token_(?:revoked|expired)|missing_scope)$/, 401],
  [/^(?:channel_not_found|not_in_channel|is_archived|restricted_action.*)$/, 403],
  [/^(?:internal_error|fatal_error|service_unavailable|request_timeout)$/, 503],
];

/** Slack by a bot's token (`xoxb-…`); `to` is the channel. What follows on an incident's first message is in its thread. */
export const slackBot = overHttp({
  type: 'slack-bot',
  matches: (url) => /^(?:www\.)?slack(?:-gov)?\.com$/.test(url.hostname),
  address: 'https://slack.com/api/',
  needs: ['token', 'to'],
  pace: () => PACE,
  compose: (message, settings, plain) =>
    call('chat.postMessage', settings, { ...said(message, plain), ...inThread(message) }),
  edits(message, settings) {
    const { opened } = message;
    if (opened === undefined || !UPDATES.has(message.effect.part)) return [];
    const [channel, ts] = placeOf(opened.remoteId);
    const text = cutText(asMrkdwn(`${message.head}\n\n${wholeText(opened.message)}`), TEXT);
    return [call('chat.update', settings, { channel, ts, text })];
  },
  remoteId: (body) => (textOf(body, 'ts') === '' ? '' : `${textOf(body, 'channel')}/${textOf(body, 'ts')}`),
  statusIn: (body) => {
    if (fieldOf(body, 'ok') !== false) return undefined;
    const error = textOf(body, 'error');
    return MEANINGS.find(([errors]) => errors.test(error))?.[1] ?? 400;
  },
  isOwn: (body) => fieldOf(body, 'ok') === false,
  faultOf,
  question: (settings) => {
    const { method, url, headers } = call('auth.test', settings, {});
    return {
      ...{ method: method === 'POST' ? method : 'GET', url, headers, body: '{}', asked: 'auth.test' },
      means: (status) => (status === 200 ? 'unknown' : 'refuses'),
      faultOf: (body) => (textOf(body, 'error') === '' ? undefined : faultOf(body)),
    };
  },
});

function faultOf(body: string): string | undefined {
  const error = textOf(body, 'error');
  const status = MEANINGS.find(([errors]) => errors.test(error))?.[1];
  if (status === 401) return `Slack says ${error}: install the app again and set its bot token (xoxb-…)`;
  if (status === 403)
    return `Slack says ${error}: see whether the channel in \`to\` is right, and invite the bot to it`;
  return undefined;
}

function said(message: Message, plain: boolean): object {
  const text = plain
    ? asMrkdwn(cutText(shortText(message), PLAIN))
    : cutText(asMrkdwn(wholeText(message)), TEXT);
  return { text, unfurl_links: false, unfurl_media: false };
}

/** In the thread of the opening message; what asks for a person is shown in the channel as well. */
function inThread({ thread, effect }: Message): object {
  if (thread === '' || effect.part === 'opened') return {};
  const [, ts] = placeOf(thread);
  return { thread_ts: ts, reply_broadcast: effect.part === 'escalated' || effect.part === 'reopened' };
}

function placeOf(remoteId: string): readonly [channel: string, ts: string] {
  const [channel = '', ts = ''] = remoteId.split('/');
  return [channel, ts];
}

function call(
  method: string,
  { url, token, to: [channel] }: ChannelSettings,
  payload: object,
): ChannelRequest {
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
  return {
    method: 'POST',
    url: new URL(`${url.pathname.replace(/\/$/, '')}/${method}`, url),
    headers: { 'content-type': 'application/json; charset=utf-8', ...authorization },
    body: JSON.stringify({ channel, ...payload }),
  };
}
