import { Agent, type Dispatcher, request } from 'undici';
import type { Config } from '../config/config.ts';
import { channelType } from '../sinks/alert/alert-channels.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'alerts';
const TIMEOUT = 10_000;

/** A question to a receiver that posts nothing, and which of its answers mean that it would take a message. */
interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the answer means; `unknown`: something answers, but only a message would tell. */
  readonly means: (status: number) => 'takes' | 'unknown' | 'refuses';
  readonly asked: string;
}

/** Asks every receiver something harmless. Nothing is posted; `test-alert` posts. */
export async function checkWebhooks(alerts: Config['alerts']): Promise<readonly Finding[]> {
  const channels = [...(alerts.webhook === '' ? [] : [{ url: alerts.webhook }]), ...alerts.channels];
  if (channels.length === 0)
    return [
      warning(CHECK, 'no channel is configured: nobody is told', 'set QT_ALERT_WEBHOOK, or alerts.channels'),
    ];
  const dispatcher = new Agent();
  try {
    return await Promise.all(channels.map((channel) => ask(channel, dispatcher)));
  } finally {
    await dispatcher.destroy();
  }
}

async function ask(channel: Config['alerts']['channels'][number], dispatcher: Dispatcher): Promise<Finding> {
  const url = new URL(channel.url);
  const { type } = channelType(url, channel.type);
  const name = channel.name ?? type;
  const question = questionFor(type, url, channel.token);
  const { method, headers = {}, body = null, means, asked } = question;
  let status: number;
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await request(question.url, { method, headers, body, dispatcher, signal });
    await answer.body.dump();
    status = answer.statusCode;
  } catch (error) {
    const remedy = 'see whether this host may reach it: DNS, firewall, proxy; under systemd IPAddressDeny=';
    return fault(CHECK, `${name}: no answer (${codeOf(error)})`, remedy);
  }
  switch (means(status)) {
    case 'takes':
      return ok(CHECK, `${name}: would take a message (${asked}: HTTP ${status}; nothing was posted)`);
    case 'unknown':
      return ok(
        CHECK,
        `${name}: something answers (${asked}: HTTP ${status}); quantum-realtime test-alert tells more`,
      );
    case 'refuses':
      return fault(
        CHECK,
        `${name}: refuses (${asked}: HTTP ${status})`,
        status === 404 || status === 410
          ? 'the webhook does not exist any more: make a new one and set its address'
          : status >= 500
            ? 'the receiver has a fault of its own: try again later'
            : 'it does not accept the address or token: make a new one and set it',
      );
  }
}

function questionFor(type: string, url: URL, token: string | undefined): Question {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (type === 'discord')
    return {
      method: 'GET',
      url,
      means: (status) => (status === 200 ? 'takes' : 'refuses'),
      asked: 'GET of the webhook',
    };
  if (type === 'slack') {
    // Slack looks at the address first: 403 and 404 are about it, 400 is about the message that is none.
    return {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: '{}',
      means: (status) => (status === 400 ? 'takes' : status < 300 ? 'unknown' : 'refuses'),
      asked: 'POST of an empty message',
    };
  }
  if (type === 'ntfy') {
    const auth = new URL(`${url.pathname.replace(/\/$/, '')}/auth`, url);
    return {
      method: 'GET',
      url: auth,
      headers,
      means: (status) => (status === 200 ? 'takes' : 'refuses'),
      asked: 'GET of the topic’s auth',
    };
  }
  const gone = [401, 403, 404, 407, 410];
  return {
    method: 'HEAD',
    url,
    headers,
    means: (status) => (gone.includes(status) || (status >= 500 && status !== 501) ? 'refuses' : 'unknown'),
    asked: 'HEAD',
  };
}

/** The code only: a message may contain the address, which is a secret. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && error.name === 'TimeoutError') return `within ${TIMEOUT / 1_000} s`;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
