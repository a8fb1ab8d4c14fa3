import { hostname } from 'node:os';
import { cutText } from '../../text/cut-text.ts';
import type { Message } from '../alert-channel.ts';
import { overHttp } from '../http-channel.ts';
import { shortText, withoutEmphasis, wholeText } from '../whole-text.ts';

const TEXT = 20_000;
const PLAIN = 500;
const MINUTE = 60_000;
/** What is not told again ends by itself after this (milliseconds): ten times as long as from one telling to the next. */
const LASTS = 10 * MINUTE;

/**
 * Prometheus' Alertmanager (API v2), `https://HOST`. Each incident is one alert, and one more with the severity `page`
 * for as long as it waits for a person. Alertmanager keeps alerts in memory only and lets them end by themselves, so that
 * what stands is told again every minute.
 */
export const alertmanager = overHttp({
  type: 'alertmanager',
  matches: (url) => url.port === '9093' || /(?:^|\.)alertmanager\./.test(url.hostname),
  folds: false,
  resendEvery: MINUTE,
  compose(message, { url, token }, plain) {
    const target = new URL(url);
    target.pathname = `${target.pathname.replace(/\/(?:api\/v2\/alerts)?$/, '')}/api/v2/alerts`;
    const { part, story } = message.effect;
    const isOver = part === 'resolved';
    const isPage = !isOver && (part === 'escalated' || story.state === 'escalated');
    const alerts = [
      alert(message, plain, { alertname: 'QuantumRealtimeIncident', severity: 'alert' }, !isOver),
      alert(message, plain, { alertname: 'QuantumRealtimeEscalation', severity: 'page' }, isPage),
    ];
    const headers = { 'content-type': 'application/json', ...authorized(token) };
    return { method: 'POST', url: target, headers, body: JSON.stringify(alerts) };
  },
  isOwn: (body) => /^".*"\s*$/.test(body) || /"code":\s*\d+,\s*"message"/.test(body),
  question: ({ url, token }) => ({
    method: 'GET',
    url: new URL(`${url.pathname.replace(/\/(?:api\/v2\/alerts)?$/, '')}/api/v2/status`, url),
    headers: authorized(token),
    means: (status) => (status === 200 ? 'takes' : 'refuses'),
    asked: 'GET of its status',
  }),
});

/** Its labels stay the same for as long as the incident lasts: by them Alertmanager knows it again. */
function alert(
  message: Message,
  plain: boolean,
  labels: { readonly alertname: string; readonly severity: string },
  stands: boolean,
): object {
  const { story } = message.effect;
  const text = plain
    ? cutText(shortText(message), PLAIN)
    : cutText(withoutEmphasis(wholeText(message)), TEXT);
  return {
    labels: { ...labels, incident: story.incident, key: story.key, host: hostname() },
    annotations: { summary: message.title, description: text },
    startsAt: new Date(story.openedAt).toISOString(),
    endsAt: new Date(stands ? message.at + LASTS : message.at).toISOString(),
  };
}

function authorized(token: string): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}
