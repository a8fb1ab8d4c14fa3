import { hostname } from 'node:os';
import type { NotificationType } from '../../../model.ts';
import { subjectsOf } from '../../text/plain-words.ts';
import { cutText } from '../../text/cut-text.ts';
import { fieldOf, textOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import type { ChannelRequest } from '../post.ts';
import { shortText, withoutEmphasis, wholeText } from '../whole-text.ts';

/** Characters (PD-CEF). An event has 512 KB at most. */
const SUMMARY = 1_024;
const KEY = 255;
const DETAILS = 20_000;
const PLAIN = 500;
const SUBJECTS = 20;

const SEVERITIES: Readonly<Record<NotificationType, 'critical' | 'error' | 'warning' | 'info'>> = {
  opened: 'error',
  heal: 'warning',
  news: 'error',
  reopened: 'error',
  escalated: 'critical',
  reminder: 'critical',
  resolved: 'info',
  note: 'info',
};

/** PagerDuty's Events API v2: one of its alerts for each incident, opened and resolved with it. `token` is the routing key. */
export const pagerduty = overHttp({
  type: 'pagerduty',
  matches: (url) => /^events\.(?:eu\.)?pagerduty\.com$/.test(url.hostname),
  address: 'https://events.pagerduty.com/v2/enqueue',
  needs: ['token'],
  folds: false,
  compose(message, { url, token }, plain): ChannelRequest {
    const { part, at, story } = message.effect;
    const details = plain
      ? cutText(shortText(message), PLAIN)
      : cutText(withoutEmphasis(wholeText(message)), DETAILS);
    const body = JSON.stringify({
      routing_key: token,
      event_action: part === 'resolved' ? 'resolve' : 'trigger',
      dedup_key: story.incident.slice(0, KEY),
      client: 'quantum-realtime',
      payload: {
        summary: cutText(message.title, SUMMARY),
        source: hostname(),
        severity: SEVERITIES[part],
        timestamp: new Date(at).toISOString(),
        group: story.key,
        class: part,
        custom_details: {
          text: details,
          ...(!plain && {
            containers: subjectsOf(story)
              .slice(0, SUBJECTS)
              .map(([name]) => name),
          }),
        },
      },
    });
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  remoteId: (body) => textOf(body, 'dedup_key'),
  isOwn: (body) => textOf(body, 'status') !== '' && textOf(body, 'message') !== '',
  faultOf(body) {
    const errors = fieldOf(body, 'errors');
    return Array.isArray(errors) && errors.some((error) => String(error).includes('routing_key'))
      ? 'the token is no integration key of a service (Events API v2): set the right one'
      : undefined;
  },
  question: ({ url }) => ({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    means: (status) => (status === 400 || status < 300 ? 'unknown' : 'refuses'),
    asked: 'POST of an empty event',
  }),
});
