import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { checkWebhooks } from '../src/doctor/check-webhooks.ts';
import { alertChannels } from '../src/sinks/alert/alert-channels.ts';
import { httpClient } from '../src/sinks/alert/http-client.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { read, rowsOf } from './support/pages.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { ownAuthority } from './support/own-authority.ts';
import {
  startWebhookReceiver,
  type ScriptedAnswer,
  type WebhookReceiver,
} from './support/webhook-receiver.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Where a message is sent: to a server that answers by script, or to one of the row's own. */
interface Place {
  readonly url: string;
  readonly ca?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly close?: () => Promise<void>;
}

interface Row {
  /** As in the table of docs/operate.md. */
  readonly answer: string;
  readonly gives?: ScriptedAnswer;
  /** An address of another kind than Discord's on the scripted server. */
  readonly path?: string;
  readonly place?: (receiver: WebhookReceiver) => Promise<Place>;
  /** What has become of the message an hour later, if every answer is the same. */
  readonly then: 'sent' | 'refused' | 'owed' | 'disabled';
  /** The requests of that hour. Without jitter pauses are 5 s, 10 s, 20 s … 15 min. */
  readonly tries: number;
  /** What status quotes as the reason. */
  readonly why?: RegExp;
  /** What doctor finds in the same place: its verdict and remedy. */
  readonly doctor: readonly ['ok' | 'fault', RegExp?];
}

const HTML = '<html><body>nginx</body></html>';
const GROWING = 11;
const EVERY_QUARTER = 5;
const REMEDY = /make a new one/;
const REDIRECT = /to which it leads at last/;

const ROWS: readonly Row[] = [
  { answer: '200', gives: 200, then: 'sent', tries: 1, doctor: ['ok'] },
  { answer: '204', gives: 204, path: '/hook', then: 'sent', tries: 1, doctor: ['ok'] },
  ...[301, 302, 307].map((status): Row => ({
    answer: String(status),
    gives: { status, headers: { location: 'https://elsewhere.example/secret' } },
    ...{ then: 'owed', tries: GROWING, doctor: ['fault', REDIRECT] },
    why: /redirects are not followed; it points to https:\/\/elsewhere\.example\)$/,
  })),
  {
    answer: '400 of the service',
    gives: { status: 400, body: '{"message": "Invalid Form Body", "code": 50035}' },
    ...{ then: 'refused', tries: 2, doctor: ['fault'] },
  },
  {
    answer: '401 of the service',
    gives: { status: 401, body: '{"message": "Invalid Webhook Token", "code": 50027}' },
    ...{ then: 'disabled', tries: EVERY_QUARTER, why: /Invalid Webhook Token/, doctor: ['fault', REMEDY] },
  },
  {
    answer: '403 of the service',
    gives: { status: 403, body: 'action_prohibited' },
    path: '/services/T1/B2/abc',
    ...{ then: 'disabled', tries: EVERY_QUARTER, why: /action_prohibited/, doctor: ['fault', REMEDY] },
  },
  {
    answer: '403 of a CDN',
    gives: { status: 403, body: 'error code: 1010' },
    ...{ then: 'owed', tries: 2 * GROWING, why: /error code: 1010/, doctor: ['fault', REMEDY] },
  },
  {
    answer: '404 of the service',
    gives: { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' },
    ...{
      then: 'disabled',
      tries: EVERY_QUARTER,
      why: /Unknown Webhook/,
      doctor: ['fault', /does not exist any more/],
    },
  },
  {
    answer: '404 of anything else',
    gives: { status: 404, body: HTML },
    path: '/hook',
    ...{ then: 'owed', tries: GROWING, why: /HTTP 404/, doctor: ['fault', /does not exist any more/] },
  },
  { answer: '410', gives: 410, path: '/hook', then: 'disabled', tries: EVERY_QUARTER, doctor: ['fault'] },
  { answer: '408', gives: 408, then: 'owed', tries: GROWING, doctor: ['fault'] },
  {
    answer: '413 of a proxy',
    gives: { status: 413, body: HTML },
    ...{ then: 'owed', tries: 2 * GROWING, doctor: ['fault'] },
  },
  { answer: '425', gives: 425, then: 'owed', tries: GROWING, doctor: ['fault'] },
  {
    answer: '429, a wait of 65 s',
    gives: { status: 429, headers: { 'retry-after': '65' } },
    ...{ then: 'owed', tries: 56, doctor: ['fault'] },
  },
  {
    answer: '429, a wait of a day',
    gives: { status: 429, headers: { 'retry-after': '86400' } },
    ...{ then: 'owed', tries: EVERY_QUARTER, doctor: ['fault'] },
  },
  { answer: '500', gives: 500, then: 'owed', tries: GROWING, doctor: ['fault', /fault of its own/] },
  { answer: '503', gives: 503, then: 'owed', tries: GROWING, doctor: ['fault', /fault of its own/] },
  {
    answer: 'none in time',
    gives: 'silence',
    ...{ then: 'owed', tries: 4, why: /^no answer in time$/, doctor: ['fault', /firewall/] },
  },
  {
    answer: 'connection reset',
    gives: 'drop',
    ...{ then: 'owed', tries: GROWING, why: /^connection lost \(/, doctor: ['fault', /firewall/] },
  },
  {
    answer: 'a certificate that nobody vouches for',
    place: () => tlsReceiver(false),
    ...{ then: 'owed', tries: 0, why: /certificate is signed by nobody/, doctor: ['fault', /alerts\.ca/] },
  },
  {
    answer: 'a certificate of `alerts.ca`',
    place: () => tlsReceiver(true),
    then: 'sent',
    tries: 0,
    doctor: ['ok'],
  },
  {
    answer: 'a name that cannot be resolved',
    place: () => Promise.resolve({ url: 'http://receiver.invalid/hook' }),
    ...{ then: 'owed', tries: 0, why: /name cannot be resolved/, doctor: ['fault', /DNS/] },
  },
  {
    answer: 'a proxy that passes it on',
    place: (receiver) =>
      Promise.resolve({ url: 'http://receiver.invalid/hook', env: { HTTP_PROXY: receiver.origin } }),
    ...{ then: 'sent', tries: 1, doctor: ['ok'] },
  },
  {
    answer: 'a proxy that refuses',
    place: refusingProxy,
    ...{ then: 'owed', tries: 0, why: /proxy HTTP 407/, doctor: ['fault', /HTTP_PROXY/] },
  },
];

describe.each(ROWS)('$answer', ({ gives = 'default', path, place, then, tries, why, doctor }) => {
  test('is followed up, shown in status and found by doctor as the table says', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answerAlways(gives);
    const to = (await place?.(receiver)) ?? {
      url: path === undefined ? receiver.discordUrl : receiver.origin + path,
    };
    const { alerts } = configSchema.parse({
      alerts: { webhook: to.url, ca: to.ca ?? '', timeout: gives === 'silence' ? '100ms' : '10s' },
    });
    const client = httpClient({ ca: alerts.ca, env: to.env ?? {} });
    const clock = new VirtualClock();
    clock.advanceTo(OPENED);
    const outbox = memoryOutbox();
    const queue = memoryQueue(
      {
        alert: { channels: alertChannels(alerts, client), name: 'Q', deadline: 24 * HOUR },
        report: { append: () => Promise.resolve() },
        heal: undefined,
        clock,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        random: () => 1,
      },
      outbox,
    );
    queue.submit(effect({ story: story({ at: clock.now() }) }));
    await queue.idle();
    while (clock.stepTo(OPENED + HOUR)) await queue.idle();
    const { unsent, dead, disabledChannels, failingChannels } = queue.status();
    const isOwed = then === 'owed' || then === 'disabled';
    expect({ unsent, dead }).toEqual({ unsent: Number(isOwed), dead: Number(then === 'refused') });
    expect(Object.keys(disabledChannels)).toHaveLength(Number(then === 'disabled'));
    const [failure] = Object.values(failingChannels);
    expect(failure === undefined).toBe(!isOwed);
    if (why !== undefined) expect(failure?.why).toMatch(why);
    if (then === 'disabled') expect(failure?.nextAt).toBeLessThanOrEqual(OPENED + HOUR + 15 * MINUTE);
    expect(receiver.requests).toHaveLength(tries);

    const [verdict, remedy] = doctor;
    const [finding] = await checkWebhooks(alerts, {
      timeout: gives === 'silence' ? 100 : 10_000,
      env: to.env ?? {},
    });
    expect(finding?.verdict).toBe(verdict);
    if (remedy !== undefined) expect(finding?.remedy).toMatch(remedy);
    expect(JSON.stringify([failure, finding])).not.toMatch(/Tok3n|elsewhere\.example\/secret/);
    await queue.stop(0);
    await client.destroy();
    await to.close?.();
  });
});

test('the page for operators has exactly these rows', () => {
  const [, section = ''] =
    /\n## When an alert does not arrive\n([^]*?)\n## /.exec(read('docs/operate.md')) ?? [];
  const [, , ...shown] = rowsOf(section);
  expect(shown.flatMap(([answers = '']) => answers.split('; '))).toEqual(ROWS.map(({ answer }) => answer));
});

async function tlsReceiver(known: boolean): Promise<Place> {
  const { ca, cert, key } = ownAuthority();
  const server = createTlsServer({ cert, key }, (request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/hook`,
    ...(known && { ca }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A proxy that wants a password before it opens a tunnel. */
async function refusingProxy(): Promise<Place> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: 'https://receiver.invalid/hook',
    env: { HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
