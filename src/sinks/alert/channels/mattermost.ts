import { cutText } from '../../text/cut-text.ts';
import { textOf } from '../field-of.ts';
import { overHttp } from '../http-channel.ts';
import { emptyPost } from '../probe.ts';
import { shortText, wholeText } from '../whole-text.ts';

/** Characters of a post; a longer text becomes several (incoming webhooks). */
const TEXT = 16_383;
const PLAIN = 500;

/** Mattermost's incoming webhooks, `https://HOST/hooks/KEY`; `to` is another channel than the webhook's own. */
export const mattermost = overHttp({
  type: 'mattermost',
  matches: (url) => /\/hooks\/[a-z0-9]{26}$/.test(url.pathname),
  compose(message, { url, to: [channel] }, plain) {
    const text = plain
      ? cutText(shortText(message), PLAIN)
      : cutText(withoutMentions(wholeText(message)), TEXT);
    const body = JSON.stringify({ text, ...(channel !== undefined && { channel }) });
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
  },
  isOwn: (body) => textOf(body, 'id') !== '' && textOf(body, 'message') !== '',
  question: emptyPost,
});

/** A zero-width space behind every @ that would begin a mention, so that no log line calls a whole channel. */
function withoutMentions(text: string): string {
  return text.replaceAll(/@(?=\w)/g, '@\u200b');
}
