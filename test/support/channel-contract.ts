import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import type {
  AlertChannel,
  ChannelOptions,
  ChannelType,
  Message,
} from '../../src/sinks/alert/alert-channel.ts';
import { alertChannels } from '../../src/sinks/alert/alert-channels.ts';
import { foldMessage } from '../../src/sinks/alert/fold-message.ts';
import type { Delivery } from '../../src/state/delivery.ts';
import type { Effect } from '../../src/model.ts';
import { effect, OPENED, story } from './effects.ts';
import { matching } from './matchers.ts';
import { startWebhookReceiver, type ReceivedRequest, type WebhookReceiver } from './webhook-receiver.ts';

export const SECRET_PART = 'Tok3n-of-the-webhook_Secret';
export const ACCESS_TOKEN = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';

/** Whom a message is for, where a service wants to know. */
export const ADDRESSEE = '4711';

/** A channel of a type under test and the server it talks to. */
export interface Bench {
  readonly receiver: WebhookReceiver;
  readonly channel: AlertChannel;
}

/**
 * What every kind of channel must do, whatever its receiver speaks. `own`: the body of a refusal in its service's words,
 * undefined where the service has none.
 */
export function channelContract(type: ChannelType, path: string, own: string | undefined): void {
  describe(`the ${type.type} channel, as every channel`, () => {
    let receiver: WebhookReceiver;
    let dispatcher: Agent;
    let channel: AlertChannel;
    const hasty = (): AlertChannel => channelTo(type, receiver.origin + path, dispatcher, 300);

    beforeEach(async () => {
      receiver = await startWebhookReceiver();
      dispatcher = new Agent();
      channel = channelTo(type, receiver.origin + path, dispatcher);
    });

    afterEach(async () => {
      await receiver.close();
      await dispatcher.close();
    });

    test.each([200, 201, 202, 204])('takes HTTP %i for success', async (status) => {
      receiver.answer(status);
      expect(await channel.send(message())).toMatchObject({ verdict: 'sent', uncertain: false });
      expect(receiver.requests).toHaveLength(1);
    });

    test('carries the first line and the id of the incident, and says so when it may be a repeat', async () => {
      await channel.send(message(effect(), { state: 'inflight' }));
      const { body, json } = sole(receiver);
      expect(json).toBeDefined();
      expect(body).toContain('Auto-Heal Triggered');
      expect(body).toContain('20251217T161807-host-1');
      expect(body).toContain('(may be a repeat)');
    });

    test('a message that is refused as malformed is sent once more, short and plain', async () => {
      receiver.answer({ status: 400, body: '{"message": "Cannot send an empty message"}' }, 204);
      const result = await channel.send(message());
      expect(result).toMatchObject({ verdict: 'sent' });
      expect(result.detail).toContain('Cannot send an empty message');
      const [first, second] = receiver.requests;
      expect(second?.body.length).toBeLessThan(first?.body.length ?? 0);
      expect(second?.body).toContain('Auto-Heal Triggered');
    });

    test('a refusal is final and its reason is kept, without the address', async () => {
      const echo = { status: 400, body: `{"message": "bad embed", "url": "${receiver.origin}${path}"}` };
      receiver.answer(echo, echo);
      const result = await channel.send(message());
      expect(result).toMatchObject({ verdict: 'refused', uncertain: false });
      expect(result.detail).toContain('HTTP 400: {"message": "bad embed"');
      expect(result.detail).not.toContain(SECRET_PART);
    });

    test('waits as long as the body of a 429 asks for, to the millisecond', async () => {
      receiver.answer({ status: 429, headers: { 'retry-after': '1' }, body: '{"retry_after": 0.376}' });
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', wait: 376, channelWide: true });
    });

    test('waits as long as the Retry-After header asks for, in seconds or as a date', async () => {
      const date = new Date('2026-01-05T10:00:00Z').toUTCString();
      const until = new Date('2026-01-05T10:01:30Z').toUTCString();
      receiver.answer(
        { status: 429, headers: { 'retry-after': '65' } },
        { status: 503, headers: { date, 'retry-after': until } },
      );
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', wait: 65_000 });
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', wait: 90_000 });
    });

    test.each([408, 425, 500, 502, 503])('tries again later after HTTP %i', async (status) => {
      receiver.answer(status);
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', uncertain: false });
    });

    test.each([401, 403, 404])(
      'takes HTTP %i to mean that the channel itself is wrong if the service says so, and nobody else',
      async (status) => {
        const foreign = { status, body: '<html><body>error code: 1010</body></html>' };
        receiver.answerAlways(foreign);
        expect(await channel.send(message())).toMatchObject({ verdict: 'retry', uncertain: false });
        receiver.answerAlways(status);
        expect(await channel.send(message())).toMatchObject({ verdict: 'retry' });
        receiver.answerAlways({ status, body: own ?? '{"error": "not mine"}' });
        const verdict = own === undefined ? 'retry' : 'disable';
        expect(await channel.send(message())).toMatchObject({ verdict });
      },
    );

    test('takes HTTP 410 to mean that the channel is gone, whoever says so', async () => {
      receiver.answer(410);
      expect(await channel.send(message())).toMatchObject({ verdict: 'disable' });
    });

    test('a firewall that takes offence at the details gets a plain message', async () => {
      receiver.answer({ status: 403, body: '<html>blocked</html>' });
      expect(await channel.send(message())).toMatchObject({ verdict: 'sent' });
      expect(receiver.requests[1]?.body).toContain('Auto-Heal Triggered');
    });

    test('says who it is, and sends user and password of its address as Basic', async () => {
      const url = new URL(receiver.origin + path);
      [url.username, url.password] = ['alice', 'p@ss w0rd'];
      await type.create({ ...optionsOf(type, url.href, dispatcher), token: '' }).send(message());
      await type.probe({ ...optionsOf(type, url.href, dispatcher), token: '' });
      const authorization = `Basic ${Buffer.from('alice:p@ss w0rd').toString('base64')}`;
      expect(receiver.requests.length).toBeGreaterThanOrEqual(2);
      for (const { headers } of receiver.requests)
        expect(headers).toMatchObject({
          'user-agent': matching(/^quantum-realtime\/\d+\.\d+/),
          authorization,
        });
    });

    test.each([0, -5, 1e300, 'soon'])(
      'no pause that is asked for (%s) is longer than a quarter of an hour',
      async (after) => {
        receiver.answer({ status: 429, headers: { 'retry-after': String(after) } });
        const { wait = 0 } = await channel.send(message());
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(15 * 60_000);
        receiver.answer({ status: 429, body: '{"retry_after": 86400}' });
        expect(await channel.send(message())).toMatchObject({ wait: 15 * 60_000 });
      },
    );

    test('no answer in time may have been received', async () => {
      receiver.answer('silence');
      expect(await hasty().send(message())).toMatchObject({
        verdict: 'retry',
        uncertain: true,
        detail: 'no answer in time',
      });
    });

    test('a connection that is dropped after the request may have been received', async () => {
      receiver.answer('drop');
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', uncertain: true });
    });

    test('a connection that is refused was certainly not received, and the address stays hidden', async () => {
      await receiver.close();
      const result = await channel.send(message());
      expect(result).toMatchObject({
        verdict: 'retry',
        uncertain: false,
        detail: 'not reachable (ECONNREFUSED)',
      });
    });

    test('never goes where a redirect points', async () => {
      await using elsewhere = await startWebhookReceiver();
      receiver.answerAlways({ status: 307, headers: { location: `${elsewhere.origin}/stolen` } });
      const result = await channel.send(message());
      expect(result).toMatchObject({ verdict: 'retry' });
      expect(result.detail).toContain(`redirects are not followed; it points to ${elsewhere.origin}`);
      expect(result.detail).not.toContain('stolen');
      const asked = await type.probe(optionsOf(type, receiver.origin + path, dispatcher));
      expect(asked).toMatchObject({ verdict: 'refuses', remedy: matching(/set the address/) });
      expect(elsewhere.requests).toHaveLength(0);
    });

    test('one answer that never ends does not outlive its time', async () => {
      receiver.answer({ status: 500, headers: { 'content-length': '1000000' }, body: 'x' });
      expect(await hasty().send(message())).toMatchObject({ verdict: 'retry' });
    });

    test('masks secrets in quoted log lines', async () => {
      const sample = 'POST /api/v3/order?symbol=BTC&signature=c8db56825ae71d6d794478 failed';
      const leaky = story({ groups: story().groups.map((group) => ({ ...group, sample })) });
      await channel.send(message(effect({ story: leaky })));
      expect(sole(receiver).body).not.toContain('c8db56825ae71d6d794478');
    });

    test('can be asked whether it would take a message, without one', async () => {
      receiver.answer(404);
      const result = await type.probe(optionsOf(type, receiver.origin + path, dispatcher));
      expect(result).toMatchObject({ verdict: 'refuses', said: matching(/: HTTP 404$/) });
      expect(result.remedy).toContain('does not exist any more');
      expect(sole(receiver).body.length).toBeLessThanOrEqual(2);
    });

    test.each([401, 403, 500, 503])('asked, takes HTTP %i for a refusal with a remedy', async (status) => {
      receiver.answer(status);
      const result = await type.probe(optionsOf(type, receiver.origin + path, dispatcher));
      expect(result.verdict).toBe('refuses');
      expect(result.remedy).not.toBe('');
      expect(JSON.stringify(result)).not.toContain(SECRET_PART);
    });

    test('asked, says when nobody answers, without the address', async () => {
      receiver.answer('silence');
      const options = optionsOf(type, receiver.origin + path, dispatcher, 300);
      expect(await type.probe(options)).toMatchObject({ verdict: 'silent', said: 'within 0.3 s' });
      await receiver.close();
      expect(await type.probe(options)).toMatchObject({ verdict: 'silent', said: 'ECONNREFUSED' });
    });

    test('is what the settings mean by its name', () => {
      const { alerts } = configSchema.parse({
        alerts: {
          channels: [{ url: `https://x.org${path}`, type: type.type, token: ACCESS_TOKEN, to: ADDRESSEE }],
        },
      });
      expect(alertChannels(alerts, dispatcher)).toMatchObject([{ type: type.type, name: type.type }]);
    });
  });
}

/** A channel of that type. `timeout` bounds one attempt (milliseconds). */
export function channelTo(type: ChannelType, url: string, dispatcher: Agent, timeout = 10_000): AlertChannel {
  return type.create(optionsOf(type, url, dispatcher, timeout));
}

/** What a channel of that type is made from. */
export function optionsOf(
  type: ChannelType,
  url: string,
  dispatcher: Agent,
  timeout = 10_000,
): ChannelOptions {
  return {
    name: type.type,
    url: new URL(url),
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    token: ACCESS_TOKEN,
    to: [ADDRESSEE],
    from: '',
    command: [],
    timeout,
    ca: '',
    dispatcher,
  };
}

/** The message of one effect, as the performer composes it. */
export function message(told: Effect = effect(), row: Partial<Delivery> = {}, opened?: Delivery): Message {
  const context = { name: 'Quantum Trader', at: OPENED + 1_000, opened };
  return foldMessage({ form: 'single', deliveries: [{ ...delivery(told), ...row }] }, context);
}

/** A fresh delivery of an effect. */
export function delivery(told: Effect = effect(), channel = 'discord'): Delivery {
  const row = {
    state: 'pending',
    attempts: 0,
    since: OPENED,
    nextAt: OPENED,
    remoteId: '',
    detail: '',
  } as const;
  return { effect: told, channel, ...row };
}

/** The one request that arrived. */
export function sole(receiver: WebhookReceiver): ReceivedRequest {
  const [request] = receiver.requests;
  if (request === undefined || receiver.requests.length > 1) {
    throw new Error(`expected one request, got ${receiver.requests.length}`);
  }
  return request;
}
