import type { NotificationType } from '../../../model.ts';
import { cutText, utf8Length } from '../../text/cut-text.ts';
import { textOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import { shortText } from '../whole-text.ts';

/** A whole message has 28 KB at most: bytes of what everybody must see, and of what helps; escaping may double each. */
const HEAD = 4_000;
const BODY = 8_000;
const PLAIN = 500;
/** Four requests a second: milliseconds from one to the next. */
const PACE = 250;
const NEVER_MIND = new Set([401, 403, 404, 407, 410]);

const COLOURS: Readonly<Record<NotificationType, string>> = {
  opened: 'attention',
  heal: 'accent',
  news: 'attention',
  reopened: 'attention',
  escalated: 'attention',
  reminder: 'warning',
  resolved: 'good',
  note: 'default',
};

/**
 * Microsoft Teams, by the workflow "Send webhook alerts to a channel" (or chat): an adaptive card. A workflow answers
 * 202 before the card is posted, so that only its run history shows one that could not be.
 */
export const teams = overHttp({
  type: 'teams',
  matches: (url) => /\.(?:logic\.azure\.com|api\.powerplatform\.com)$/.test(url.hostname),
  pace: () => PACE,
  compose(message, { url }, plain) {
    const { head, body, footer, effect } = message;
    const blocks = plain
      ? [block(cutText(shortText(message), PLAIN, utf8Length))]
      : [
          block(cutText(head, HEAD, utf8Length), { color: COLOURS[effect.part] }),
          ...(body === '' ? [] : [block(cutText(body, BODY, utf8Length))]),
          block(footer, { isSubtle: true, size: 'small' }),
        ];
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: blocks,
      msteams: { width: 'Full' },
    };
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content };
    const payload = JSON.stringify({ type: 'message', attachments: [card] });
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: payload };
  },
  isOwn: (body) => textOf(body, 'error', 'code') !== '',
  // A POST would run the workflow.
  question: ({ url }) => ({
    method: 'HEAD',
    url,
    means: (status) => (NEVER_MIND.has(status) || (status >= 500 && status !== 501) ? 'refuses' : 'unknown'),
    asked: 'HEAD',
  }),
});

/** Every line a paragraph of its own: the card's Markdown joins lines that follow one another. */
function block(text: string, look: object = {}): object {
  return { type: 'TextBlock', text: text.replaceAll(/\n+/g, '\n\n'), wrap: true, ...look };
}
