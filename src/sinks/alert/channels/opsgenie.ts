import type { NotificationType } from '../../../model.ts';
import { cutText } from '../../text/cut-text.ts';
import { textOf } from '../field-of.ts';
import { type ChannelSettings, overHttp } from '../http-channel.ts';
import type { ChannelRequest } from '../post.ts';
import { shortText, withoutEmphasis, wholeText } from '../whole-text.ts';

/** Characters of the fields (Alert API). */
const MESSAGE = 130;
const ALIAS = 512;
const DESCRIPTION = 15_000;
const NOTE = 25_000;
const PLAIN = 500;

/** Parts that open an alert, or count one up that is open; the others are notes on it. */
const PRIORITIES: Readonly<Partial<Record<NotificationType, 'P1' | 'P3' | 'P5'>>> = {
  opened: 'P3',
  reopened: 'P3',
  escalated: 'P1',
  note: 'P5',
};

/** Opsgenie's Alert API: one alert for each incident, closed with it. `token` is the key of an API integration. */
export const opsgenie = overHttp({
  type: 'opsgenie',
  matches: (url) => /^api\.(?:eu\.)?opsgenie\.com$/.test(url.hostname),
  address: 'https://api.opsgenie.com/v2/alerts',
  needs: ['token'],
  folds: false,
  compose(message, settings, plain) {
    const { part, story } = message.effect;
    const alias = story.incident.slice(0, ALIAS);
    const said = withoutEmphasis(plain ? cutText(shortText(message), PLAIN) : wholeText(message));
    const note = { note: cutText(said, NOTE), source: 'quantum-realtime' };
    if (part === 'resolved') return about(alias, 'close', settings, note);
    const priority = PRIORITIES[part];
    if (priority === undefined) return about(alias, 'notes', settings, note);
    return request(new URL(settings.url), settings, {
      alias: part === 'escalated' ? `${alias}:escalated`.slice(-ALIAS) : alias,
      message: cutText(message.title, MESSAGE),
      description: cutText(said, DESCRIPTION),
      source: 'quantum-realtime',
      priority,
    });
  },
  edits(message, settings) {
    const { part, story } = message.effect;
    if (part !== 'resolved' && part !== 'reopened') return [];
    const alias = `${story.incident.slice(0, ALIAS)}:escalated`.slice(-ALIAS);
    return [about(alias, 'close', settings, { source: 'quantum-realtime' })];
  },
  isOwn: (body) => textOf(body, 'requestId') !== '',
  question: (settings) => ({
    method: 'POST',
    url: settings.url,
    headers: headers(settings),
    body: '{}',
    means: (status) => (status === 422 || status === 400 ? 'takes' : status < 300 ? 'unknown' : 'refuses'),
    asked: 'POST of an empty alert',
  }),
});

/** A request about the alert of that alias. */
function about(alias: string, action: string, settings: ChannelSettings, payload: object): ChannelRequest {
  const url = new URL(settings.url);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(alias)}/${action}`;
  url.searchParams.set('identifierType', 'alias');
  return request(url, settings, payload);
}

function request(url: URL, settings: ChannelSettings, payload: object): ChannelRequest {
  return { method: 'POST', url, headers: headers(settings), body: JSON.stringify(payload) };
}

function headers({ token }: ChannelSettings): Record<string, string> {
  const authorization = token === '' ? {} : { authorization: `GenieKey ${token}` };
  return { 'content-type': 'application/json', ...authorization };
}
