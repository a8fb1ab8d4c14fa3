import { cutText } from '../../text/cut-text.ts';
import { overHttp } from '../http-channel.ts';
import { emptyPost } from '../probe.ts';
import { parseJson } from '../parse-json.ts';

/** Documented are 40,000; longer messages than some 13,000 have been refused. */
const TEXT = 10_000;
const PLAIN = 500;

/**
 * Slack's incoming webhooks, and those that speak its language (Mattermost, Discord's `/slack` addresses). They answer
 * with no id, so that nothing can be edited: each message stands for itself and carries the incident's id.
 */
export const slack = overHttp({
  type: 'slack',
  matches: (url) =>
    /^hooks\.slack(?:-gov)?\.com$/.test(url.hostname) ||
    /\/webhooks\/\d+\/[^/]+\/slack\/?$/.test(url.pathname) ||
    /^\/services\/T\w+\/B\w+\/\w+$/.test(url.pathname),
  compose(message, { url }, plain) {
    const whole = [message.head, message.body, `_${message.footer}_`]
      .filter((part) => part !== '')
      .join('\n\n');
    // A workflow takes the text as it is, and refuses what is not a variable of its own.
    const bare = plain || isWorkflow(url);
    const text = !bare
      ? cutText(asMrkdwn(whole), TEXT)
      : cutText(escape(unmarked(plain ? message.head : whole)), plain ? PLAIN : TEXT);
    const payload = bare
      ? { text: plain ? `${text}\n${escape(message.footer)}` : text }
      : { text, unfurl_links: false, unfurl_media: false };
    return {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    };
  },
  isOwn: (body) => {
    // A word alone, such as no_service or invalid_token; its workflows, Mattermost and Discord answer with JSON.
    if (/^[a-z]+(?:_[a-z]+)+$/.test(body.trim())) return true;
    const answer = parseJson(body);
    return typeof answer === 'object' && answer !== null && ('error' in answer || 'message' in answer);
  },
  // The address is looked at first: 403 and 404 are about it, 400 is about the message that is none.
  question: emptyPost,
});

/** An address that starts a workflow, in which one variable called `text` has been defined. */
function isWorkflow({ pathname }: URL): boolean {
  return /^\/(?:triggers|workflows)\//.test(pathname);
}

function unmarked(markdown: string): string {
  return markdown.replaceAll('**', '').replace(/^_(.*)_$/gm, '$1');
}

/** Markdown to Slack's mrkdwn: its three control characters escaped, so that no text becomes a link or a mention. */
export function asMrkdwn(markdown: string): string {
  return escape(markdown).replaceAll('**', '*');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
