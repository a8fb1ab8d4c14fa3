import { Agent } from 'undici';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ChannelType } from '../src/sinks/alert/alert-channel.ts';
import { gotify } from '../src/sinks/alert/channels/gotify.ts';
import { matrix } from '../src/sinks/alert/channels/matrix.ts';
import { mattermost } from '../src/sinks/alert/channels/mattermost.ts';
import { opsgenie } from '../src/sinks/alert/channels/opsgenie.ts';
import { pagerduty } from '../src/sinks/alert/channels/pagerduty.ts';
import { pushover } from '../src/sinks/alert/channels/pushover.ts';
import { slackBot } from '../src/sinks/alert/channels/slack-bot.ts';
import { teams } from '../src/sinks/alert/channels/teams.ts';
import { telegram } from '../src/sinks/alert/channels/telegram.ts';
import { UPDATES } from '../src/sinks/alert/alert-channel.ts';
import type { NotificationType } from '../src/model.ts';
import { delivery, message, optionsOf } from './support/channel-contract.ts';
import { effect } from './support/effects.ts';
import { hugeStory } from './support/huge-story.ts';
import {
  mattermostService,
  matrixService,
  slackService,
  teamsService,
  telegramService,
} from './support/services/chats.ts';
import {
  gotifyService,
  opsgenieService,
  pagerdutyService,
  pushoverService,
} from './support/services/pagers.ts';
import type { Service } from './support/services/service.ts';
import { type ReceivedRequest, startWebhookReceiver } from './support/webhook-receiver.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

const PARTS: readonly NotificationType[] = [
  ...(['opened', 'heal', 'news', 'reopened', 'escalated', 'reminder', 'resolved', 'note'] as const),
];

const SERVICES: readonly (readonly [ChannelType, () => Service])[] = [
  [telegram, telegramService],
  [slackBot, slackService],
  [mattermost, mattermostService],
  [teams, teamsService],
  [matrix, matrixService],
  [pushover, pushoverService],
  [pagerduty, pagerdutyService],
  [opsgenie, opsgenieService],
  [gotify, gotifyService],
];

describe.each(SERVICES)('$type and the limits of its service', (type, makeService) => {
  async function open() {
    const service = makeService();
    const receiver = await startWebhookReceiver();
    const options = optionsOf(type, receiver.origin + service.path, dispatcher);
    const channel = type.create({ ...options, token: service.token, to: service.to });
    return { service, receiver, channel };
  }

  test('takes every kind of message, whatever its texts are like, as long as the channel waits as it says', async () => {
    const { service, receiver, channel } = await open();
    onTestFinished(() => receiver.close());
    let at = 0;
    receiver.answerAlways((request) => service.answer(request, at));
    for (const part of PARTS) {
      const told = effect({ part, story: hugeStory() });
      const opened = {
        ...delivery(effect({ story: hugeStory() })),
        state: 'sent',
        remoteId: 'C0123456/7',
      } as const;
      const result = await channel.send(message(told, {}, UPDATES.has(part) ? opened : undefined));
      expect([part, result.verdict, result.detail]).toEqual([part, 'sent', result.detail]);
      expect(result.detail).not.toContain('short and plain');
      at += result.wait ?? 0;
    }
    for (const request of receiver.requests) expect(request.body).not.toBe('');
  });

  test('a client that breaks a limit is answered as documented, and the channel knows what that means', async () => {
    const { service, receiver, channel } = await open();
    onTestFinished(() => receiver.close());
    receiver.answerAlways((request) => makeService().answer(request, 0));
    expect(await channel.send(message())).toMatchObject({ verdict: 'sent' });
    const [sent] = receiver.requests;
    if (sent === undefined) throw new Error('nothing was sent');
    for (const mutant of service.mutants) {
      const answer = makeService().answer(mutant.of(sent), 0);
      expect([mutant.breaks, JSON.stringify(answer).replaceAll('\\"', '"')]).toEqual([
        mutant.breaks,
        expect.stringContaining(mutant.answer),
      ]);
      receiver.answerAlways(answer);
      expect([mutant.breaks, await channel.send(message())]).toMatchObject([
        mutant.breaks,
        { verdict: mutant.verdict },
      ]);
    }
  });
});

describe.each(SERVICES.filter(([{ type }]) => ['telegram', 'slack-bot', 'teams'].includes(type)))(
  '$type and the pace of its service',
  (type, makeService) => {
    test('a client that is one millisecond too fast is told to wait, and the channel waits', async () => {
      const service = makeService();
      await using receiver = await startWebhookReceiver();
      const options = optionsOf(type, receiver.origin + service.path, dispatcher);
      const channel = type.create({ ...options, token: service.token, to: service.to });
      let at = 0;
      receiver.answerAlways((request: ReceivedRequest) => service.answer(request, at));
      const { wait = 0 } = await channel.send(message());
      at = wait - 1;
      expect(await channel.send(message())).toMatchObject({ verdict: 'retry', channelWide: true });
      at = wait;
      expect(await channel.send(message())).toMatchObject({ verdict: 'sent' });
    });
  },
);
