import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { alertChannels } from '../src/sinks/alert/alert-channels.ts';
import { CHANNEL_TYPES, channelType } from '../src/sinks/alert/channels/registry.ts';
import { cutText, utf8Length } from '../src/sinks/text/cut-text.ts';
import { discord } from '../src/sinks/alert/channels/discord.ts';
import { generic } from '../src/sinks/alert/channels/generic.ts';
import { ntfy } from '../src/sinks/alert/channels/ntfy.ts';
import { slack } from '../src/sinks/alert/channels/slack.ts';
import {
  ACCESS_TOKEN,
  channelContract,
  channelTo,
  delivery,
  message,
  optionsOf,
  SECRET_PART,
  sole,
} from './support/channel-contract.ts';
import { effect, story } from './support/effects.ts';
import { hugeStory } from './support/huge-story.ts';
import { containing, matching } from './support/matchers.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

/** Where a receiver of each type listens: a path with a secret in it. */
const PATHS: Readonly<Record<string, string>> = {
  discord: `/api/webhooks/4242/${SECRET_PART}`,
  slack: `/services/T00/B00/${SECRET_PART}`,
  'slack-bot': `/${SECRET_PART}/api`,
  ntfy: `/${SECRET_PART}`,
  telegram: `/${SECRET_PART}`,
  mattermost: `/hooks/${SECRET_PART}`,
  teams: `/workflows/1/triggers/manual/paths/invoke?sig=${SECRET_PART}`,
  matrix: `/?${SECRET_PART}`,
  gotify: `/message?token=${SECRET_PART}`,
  pushover: `/${SECRET_PART}/1/messages.json`,
  pagerduty: `/${SECRET_PART}/v2/enqueue`,
  opsgenie: `/${SECRET_PART}/v2/alerts`,
  alertmanager: `/${SECRET_PART}`,
  apprise: `/notify/${SECRET_PART}`,
  generic: `/hook?key=${SECRET_PART}`,
};

/** How a service says by itself that it does not take a message. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  discord: '{"message": "Unknown Webhook", "code": 10015}',
  slack: 'no_service',
  'slack-bot': '{"ok": false, "error": "invalid_auth"}',
  telegram: '{"ok": false, "error_code": 401, "description": "Unauthorized"}',
  mattermost:
    '{"id": "web.incoming_webhook.invalid.app_error", "message": "Invalid webhook.", "status_code": 400}',
  teams: '{"error": {"code": "WorkflowNotFound", "message": "The workflow could not be found."}}',
  matrix: '{"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."}',
  gotify:
    '{"error": "Unauthorized", "errorCode": 401, "errorDescription": "you need to provide a valid access token"}',
  pushover: '{"token": "invalid", "errors": ["application token is invalid"], "status": 0, "request": "1"}',
  pagerduty: '{"status": "invalid event", "message": "Event object is invalid", "errors": []}',
  opsgenie: '{"message": "Could not authenticate", "took": 0.0, "requestId": "8743a1b2"}',
  alertmanager: '{"code": 401, "message": "unauthorized"}',
  apprise: '{"error": "no such key"}',
  ntfy: '{"code": 40101, "http": 401, "error": "unauthorized"}',
};

/** Those that do not speak HTTP have tests of their own: sinks-mail.test.ts and sinks-programs.test.ts. */
const OTHERS = ['mail', 'exec'];

test('every type of channel has a path here', () => {
  const types = CHANNEL_TYPES.map(({ type }) => type);
  expect(Object.keys(PATHS)).toEqual(types.filter((type) => !OTHERS.includes(type)));
});

for (const type of CHANNEL_TYPES) {
  const path = PATHS[type.type];
  if (path !== undefined) channelContract(type, path, OWN_WORDS[type.type]);
}

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

describe('discord', () => {
  test('asks to wait for the message to be saved and keeps its id', async () => {
    await using receiver = await startWebhookReceiver();
    const result = await channelTo(discord, receiver.discordUrl, dispatcher).send(message());
    expect(sole(receiver).path).toContain('?wait=true');
    expect(result.remoteId).toBe('1001');
  });

  test('says what everybody must see in the content, and what helps in the embed, with the id in its footer', async () => {
    await using receiver = await startWebhookReceiver();
    await channelTo(discord, receiver.discordUrl, dispatcher).send(message());
    expect(sole(receiver).json).toMatchObject({
      content: matching(
        /^🚨 \*\*Quantum Trader - Auto-Heal Triggered\*\*\n[^]*Auto-heal process initiated\.$/,
      ),
      embeds: [
        {
          description: containing('quantum_postgres'),
          footer: { text: 'Incident 20251217T161807-host-1' },
        },
      ],
      allowed_mentions: { parse: [] },
    });
  });

  test('edits the opening message when the heal has ended, keeping what it said, and never parses mentions', async () => {
    await using receiver = await startWebhookReceiver();
    const opened = { ...delivery(), state: 'sent', remoteId: '777' } as const;
    const healed = story({
      heals: [{ attempt: 1, id: 'x', started: 0, ended: 30_000, result: 'ok', exitCode: 0 }],
    });
    const told = message(effect({ part: 'heal', n: 1, story: healed }), {}, opened);
    await channelTo(discord, receiver.discordUrl, dispatcher).send(told);
    const [post, edit] = receiver.requests;
    expect(post).toMatchObject({
      method: 'POST',
      json: {
        content:
          '✅ Auto-heal completed successfully\nquantum_postgres and 1 more: database "quantum" does not exist',
      },
    });
    expect(edit).toMatchObject({
      method: 'PATCH',
      path: `/api/webhooks/4242/${SECRET_PART}/messages/777`,
      json: {
        embeds: [
          { description: containing('✅ Auto-heal completed successfully') },
          { description: containing('quantum_postgres') },
        ],
        allowed_mentions: { parse: [] },
      },
    });
  });

  test('an edit that fails does not make the message a failed one', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answer('default', { status: 404, body: '{"message": "Unknown Message", "code": 10008}' });
    const opened = { ...delivery(), state: 'sent', remoteId: '777' } as const;
    const told = message(effect({ part: 'resolved', n: 1 }), {}, opened);
    expect(await channelTo(discord, receiver.discordUrl, dispatcher).send(told)).toMatchObject({
      verdict: 'sent',
    });
    expect(receiver.requests.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
  });

  test('the receiver is left alone for as long as an edit was told to wait', async () => {
    await using receiver = await startWebhookReceiver();
    const opened = { ...delivery(), state: 'sent', remoteId: '777' } as const;
    const told = message(effect({ part: 'escalated', n: 1 }), {}, opened);
    const channel = channelTo(discord, receiver.discordUrl, dispatcher);
    receiver.answer('default', { status: 429, body: '{"retry_after": 0.376, "global": true}' });
    expect(await channel.send(told)).toMatchObject({ verdict: 'sent', wait: 376, channelWide: true });
    const empty = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '2' };
    receiver.answer('default', { status: 200, headers: empty });
    expect(await channel.send(told)).toMatchObject({ verdict: 'sent', wait: 2_000, channelWide: true });
  });

  test('a forum channel whose thread is not named is a fault of the channel, for doctor too', async () => {
    await using receiver = await startWebhookReceiver();
    const forum = {
      status: 400,
      body: '{"message": "Webhooks posted to forum channels must have a thread_name or thread_id", "code": 220001}',
    };
    receiver.answer(forum, { status: 200, body: '{"id": "4242", "type": 1}' }, forum);
    const result = await channelTo(discord, receiver.discordUrl, dispatcher).send(message());
    expect(result).toMatchObject({ verdict: 'disable', detail: containing('thread_id=ID') });
    const options = {
      ...optionsOf(discord, receiver.discordUrl, dispatcher),
      token: '',
    };
    expect(await discord.probe(options)).toMatchObject({
      verdict: 'refuses',
      remedy: containing('thread_id=ID'),
    });
    expect(receiver.requests.at(-1)).toMatchObject({ method: 'POST', body: '{}' });
  });

  test('the thread that an address names is kept', async () => {
    await using receiver = await startWebhookReceiver();
    const url = `${receiver.discordUrl}?thread_id=99`;
    await channelTo(discord, url, dispatcher).send(message());
    expect(sole(receiver).path).toContain('thread_id=99&wait=true');
  });

  test('makes no sound for a resolved incident', async () => {
    await using receiver = await startWebhookReceiver();
    await channelTo(discord, receiver.discordUrl, dispatcher).send(
      message(effect({ part: 'resolved', n: 1 })),
    );
    expect(sole(receiver).json).toMatchObject({ flags: 4_096 });
  });

  test('keeps within the limits of content and embeds, and says what was cut', async () => {
    await using receiver = await startWebhookReceiver();
    const opened = { ...delivery(effect({ story: hugeStory() })), state: 'sent', remoteId: '777' } as const;
    const told = message(effect({ part: 'resolved', n: 1, story: hugeStory() }), {}, opened);
    await channelTo(discord, receiver.discordUrl, dispatcher).send(told);
    for (const { json } of receiver.requests) {
      const { content = '', embeds } = json as {
        content?: string;
        embeds: { description: string; footer: { text: string } }[];
      };
      expect(content.length).toBeLessThanOrEqual(2_000);
      const total = embeds.reduce(
        (sum, { description, footer }) => sum + description.length + footer.text.length,
        0,
      );
      expect(total).toBeLessThanOrEqual(6_000);
    }
    expect(receiver.requests[0]?.body).toMatch(/cut, \d+ more characters/);
  });

  test('stops before it is told to, once the bucket is empty', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answer({
      status: 204,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.5' },
    });
    expect(await channelTo(discord, receiver.discordUrl, dispatcher).send(message())).toMatchObject({
      verdict: 'sent',
      wait: 1_500,
      channelWide: true,
    });
  });
});

describe('slack', () => {
  test('escapes its control characters and stays under 10,000 characters', async () => {
    await using receiver = await startWebhookReceiver();
    await channelTo(slack, `${receiver.origin}/services/T00/B00/${SECRET_PART}`, dispatcher).send(
      message(effect({ story: hugeStory() })),
    );
    const { text } = sole(receiver).json as { text: string };
    expect(text.length).toBeLessThanOrEqual(10_000);
    expect(text).toContain('&lt;@everyone&gt; &amp;');
    expect(text).not.toMatch(/<|>/);
    expect(text).toContain('*Quantum Trader - Auto-Heal Triggered*');
  });
});

describe('slack, where a workflow is started', () => {
  test('gets one variable, the text, with reason and counts, and nothing that it would refuse', async () => {
    await using receiver = await startWebhookReceiver();
    await channelTo(slack, `${receiver.origin}/triggers/T0/1/${SECRET_PART}`, dispatcher).send(message());
    const { text, ...others } = sole(receiver).json as { text: string };
    expect(others).toEqual({});
    expect(text).toContain('Reason: 21 critical events (threshold: 5)');
    expect(text).toContain('Critical Events: 21');
    expect(text).not.toContain('**');
  });

  test('and a plain message has them, too', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answer({ status: 400, body: 'invalid_payload' }, 200);
    await channelTo(slack, `${receiver.origin}/services/T00/B00/${SECRET_PART}`, dispatcher).send(message());
    const { text } = receiver.requests[1]?.json as { text: string };
    expect(text).toContain('Reason: 21 critical events (threshold: 5)');
    expect(text.length).toBeLessThan(700);
  });
});

describe('a plain message', () => {
  test.each([discord, slack, ntfy, generic])('still names its incident: %o', async (type) => {
    await using receiver = await startWebhookReceiver();
    receiver.answer({ status: 400, body: 'no' }, 204);
    const url = type === discord ? receiver.discordUrl : `${receiver.origin}/${SECRET_PART}`;
    await channelTo(type, url, dispatcher).send(message());
    expect(receiver.requests[1]?.body).toContain('20251217T161807-host-1');
  });
});

describe('ntfy', () => {
  test('publishes to the topic with a token, within 4096 bytes, and rings only for a person', async () => {
    await using receiver = await startWebhookReceiver();
    const channel = channelTo(ntfy, `${receiver.origin}/sub/my-topic`, dispatcher);
    await channel.send(message(effect({ story: hugeStory() })));
    await channel.send(message(effect({ part: 'escalated', n: 1, story: hugeStory() })));
    const [opened, escalated] = receiver.requests;
    expect(opened?.path).toBe('/sub/');
    expect(opened?.headers.authorization).toBe(`Bearer ${ACCESS_TOKEN}`);
    expect(opened?.json).toMatchObject({ topic: 'my-topic', priority: 4 });
    expect(escalated?.json).toMatchObject({ priority: 5 });
    expect(Buffer.byteLength((opened?.json as { message: string }).message)).toBeLessThanOrEqual(4_096);
  });
});

describe('generic', () => {
  test('signs by Standard Webhooks, with an id that stays the same over attempts', async () => {
    await using receiver = await startWebhookReceiver();
    const channel = channelTo(generic, `${receiver.origin}/hook`, dispatcher);
    await channel.send(message());
    await channel.send(message());
    const [first, second] = receiver.requests;
    const id = first?.headers['webhook-id'];
    expect(id).toBe('20251217T161807-host-1:opened');
    expect(second?.headers['webhook-id']).toBe(id);
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const content = `${String(id)}.${String(first?.headers['webhook-timestamp'])}.${first?.body ?? ''}`;
    expect(first?.headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
    );
    expect(first?.json).toMatchObject({
      type: 'incident.opened',
      data: { part: 'opened', counts: { critical: 21 }, groups: [{ count: 21 }, { count: 43 }] },
    });
  });
});

describe('which channel an address belongs to', () => {
  test.each([
    ['https://discord.com/api/webhooks/1/abc', 'discord'],
    ['https://canary.discord.com/api/v10/webhooks/1/abc', 'discord'],
    ['https://discord.com/api/webhooks/1/abc/slack', 'slack'],
    ['https://hooks.slack.com/services/T1/B1/xyz', 'slack'],
    ['https://ntfy.sh/topic', 'ntfy'],
    ['https://ntfy.example.org/topic', 'ntfy'],
    ['https://example.org/anything', 'generic'],
    ['https://discord.com.example.org/hook', 'generic'],
  ])('%s speaks %s', (url, type) => expect(channelType(new URL(url)).type).toBe(type));

  test('a type that is named decides, and names are made unique', () => {
    const url = 'https://example.org/hook';
    const { alerts } = configSchema.parse({
      alerts: {
        webhook: 'https://discord.com/api/webhooks/1/abc',
        channels: [
          { url, type: 'discord' },
          { url, type: 'slack' },
          { url, name: 'report' },
        ],
      },
    });
    const names = alertChannels(alerts, dispatcher).map(({ name, type }) => `${name} (${type})`);
    expect(names).toEqual([
      'discord (discord)',
      'discord-2 (discord)',
      'slack (slack)',
      'report-2 (generic)',
    ]);
  });
});

describe('cutting a text', () => {
  test('leaves a text alone that fits to the last unit', () =>
    expect(cutText('x'.repeat(50), 50)).toBe('x'.repeat(50)));

  test('cuts between graphemes, in bytes where bytes count, and says how much is missing', () => {
    const families = '👩‍👩‍👧‍👦'.repeat(20);
    const cut = cutText(families, 120, utf8Length);
    expect(utf8Length(cut)).toBeLessThanOrEqual(120);
    expect(cut).toMatch(/^(?:👩‍👩‍👧‍👦)+ … \(cut, \d+ more characters\)$/u);
  });
});
