import { overHttp } from '../http-channel.ts';
import { messageJson, shortMessageJson } from '../message-json.ts';

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
    const body = JSON.stringify(plain ? shortMessageJson(message) : messageJson(message));
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

/** A secret of the convention's form, `whsec_<base64>`, is decoded; any other is taken as it stands. */
function sign(secret: string, content: string): string {
  // Loaded with the first signature: the settings name this type, and most commands that read settings sign nothing.
  const { createHmac } = process.getBuiltinModule('node:crypto');
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
