import type { IncidentSnapshot } from '../../../model.ts';
import { worstContainers, worstGroups } from '../../text/plain-words.ts';
import { quoteLine } from '../../text/quote.ts';
import type { Message } from '../alert-channel.ts';
import { cutText } from '../../text/cut-text.ts';
import { overHttp } from '../http-channel.ts';

const TEXT = 20_000;
const PLAIN = 500;
const CONTAINERS = 50;
const GROUPS = 20;
/** Answers to any request by which an address or a token is no good; others may be about the method alone. */
const GONE = new Set([401, 403, 404, 407, 410]);

/**
 * Anything that takes JSON, by the Standard Webhooks convention: `webhook-id` stays the same over every attempt, so
 * that a receiver can drop a repeat; with a secret the request is signed (HMAC-SHA256 of `id.timestamp.body`).
 */
export const generic = overHttp({
  type: 'generic',
  matches: () => true,
  compose(message, { url, secret, token }, plain) {
    const body = JSON.stringify(plain ? short(message) : full(message));
    const timestamp = String(Math.floor(message.at / 1_000));
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': timestamp,
      'idempotency-key': message.id,
    };
    if (secret !== '') headers['webhook-signature'] = sign(secret, `${message.id}.${timestamp}.${body}`);
    if (token !== '') headers['authorization'] = `Bearer ${token}`;
    return { method: 'POST', url, headers, body };
  },
  // Whoever receives has words of its own, which nothing tells from those of a proxy before it.
  isOwn: () => false,
  question: ({ url, token }) => ({
    method: 'HEAD',
    url,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    means: (status) => (GONE.has(status) || (status >= 500 && status !== 501) ? 'refuses' : 'unknown'),
    asked: 'HEAD',
  }),
});

function full(message: Message): object {
  const { story } = message.effect;
  const text = [message.head, message.body, message.footer].filter((part) => part !== '').join('\n\n');
  return { ...envelope(message), data: { ...facts(message), text: cutText(text, TEXT), ...figures(story) } };
}

function short(message: Message): object {
  return { ...envelope(message), data: { ...facts(message), text: cutText(message.title, PLAIN) } };
}

function envelope(message: Message): object {
  return { type: `incident.${message.effect.part}`, timestamp: new Date(message.effect.at).toISOString() };
}

function facts(message: Message): object {
  const { incident, state } = message.effect.story;
  return { id: message.id, incident, part: message.effect.part, state, repeat: message.repeat };
}

function figures(story: IncidentSnapshot): object {
  return {
    key: story.key,
    openedAt: new Date(story.openedAt).toISOString(),
    reason: story.reason,
    counts: story.counts,
    containers: Object.fromEntries(worstContainers(story).slice(0, CONTAINERS)),
    groups: worstGroups(story)
      .slice(0, GROUPS)
      .map((group) => ({ ...group, fingerprint: undefined, sample: quoteLine(group.sample) })),
    heals: story.heals.map((heal) => ({ ...heal, output: undefined })),
    gaps: story.gaps.length,
    foundAtStart: story.foundAtStart,
    ask: story.ask,
  };
}

/** A secret of the convention's form, `whsec_<base64>`, is decoded; any other is taken as it stands. */
function sign(secret: string, content: string): string {
  // Loaded with the first signature: the settings name this type, and most commands that read settings sign nothing.
  const { createHmac } = process.getBuiltinModule('node:crypto');
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
