import { expect, test } from 'vitest';
import type { AlertChannel, Message, SendResult } from '../src/sinks/alert/alert-channel.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import type { Effect, NotificationType } from '../src/model.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED, story } from './support/effects.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SENT: SendResult = { verdict: 'sent', detail: '', remoteId: '', uncertain: false, channelWide: false };
const AWAY: SendResult = { ...SENT, verdict: 'retry', detail: 'away', channelWide: true };

/** A queue on the virtual clock with these channels. */
function world(channels: readonly AlertChannel[]) {
  const clock = new VirtualClock();
  clock.advanceTo(OPENED);
  const queue = memoryQueue(
    {
      alert: { channels, name: 'Q', deadline: 100 * HOUR },
      report: { append: () => Promise.resolve() },
      heal: undefined,
      clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      random: () => 0.5,
    },
    memoryOutbox(),
  );
  const pass = async (ms: number): Promise<void> => {
    const until = clock.now() + ms;
    await queue.idle();
    while (clock.stepTo(until)) await queue.idle();
  };
  const tell = async (part: NotificationType, incident = 'i1'): Promise<void> => {
    queue.submit(effect({ part, id: `${incident}:${part}`, story: story({ incident, at: clock.now() }) }));
    await queue.idle();
  };
  return { queue, pass, tell };
}

function recorder(more: Partial<AlertChannel> = {}) {
  const seen: Message[] = [];
  const answers: SendResult[] = [];
  const channel: AlertChannel = {
    name: 'a',
    type: 'fake',
    ...more,
    send: (message) => {
      seen.push(message);
      return Promise.resolve(answers.shift() ?? SENT);
    },
  };
  return { channel, seen, answers };
}

const partsOf = (messages: readonly Message[]): string[] =>
  messages.map(
    ({
      effect: {
        part,
        story: { incident },
      },
    }: {
      effect: Effect;
    }) => `${incident} ${part}`,
  );

test('a receiver that keys by incident sees each one open and close after an outage, where another gets one summary', async () => {
  const keyed = recorder({ name: 'keyed', folds: false });
  const chat = recorder({ name: 'chat' });
  for (const { answers } of [keyed, chat]) answers.push(...Array.from({ length: 14 }, () => AWAY));
  const { pass, tell } = world([keyed.channel, chat.channel]);
  for (const incident of ['i1', 'i2', 'i3'])
    for (const part of ['opened', 'escalated', 'resolved'] as const) await tell(part, incident);
  await pass(6 * HOUR);
  const arrived = (seen: readonly Message[]) => seen.slice(14);
  for (const incident of ['i1', 'i2', 'i3'])
    expect(partsOf(arrived(keyed.seen)).filter((text) => text.startsWith(incident))).toEqual([
      `${incident} opened`,
      `${incident} escalated`,
      `${incident} resolved`,
    ]);
  expect(arrived(chat.seen).length).toBeLessThan(9);
});

test('a receiver that forgets is told again every minute what stands, until the end was told', async () => {
  const { channel, seen } = recorder({ folds: false, resendEvery: MINUTE });
  const { pass, tell } = world([channel]);
  await tell('opened');
  await pass(3 * MINUTE + 1);
  expect(partsOf(seen)).toEqual(['i1 opened', 'i1 opened', 'i1 opened', 'i1 opened']);
  expect(seen.map(({ at }) => at)).toEqual([0, 1, 2, 3].map((n) => OPENED + n * MINUTE));
  await tell('escalated');
  await pass(MINUTE);
  expect(partsOf(seen).slice(4)).toEqual(['i1 escalated', 'i1 escalated']);
  await tell('resolved');
  await pass(HOUR);
  expect(partsOf(seen).slice(6)).toEqual(['i1 resolved']);
});

test('nothing waits for a channel that takes its time, and it is given one message after the other', async () => {
  const quick = recorder({ name: 'quick' });
  const releases: (() => void)[] = [];
  const begun: string[] = [];
  const slow: AlertChannel = {
    name: 'slow',
    type: 'fake',
    slow: true,
    send: (message) => {
      begun.push(message.effect.part);
      return new Promise((resolve) => releases.push(() => resolve(SENT)));
    },
  };
  const { queue } = world([slow, quick.channel]);
  for (const part of ['opened', 'escalated'] as const) queue.submit(effect({ part, id: `i1:${part}` }));
  await expect.poll(() => partsOf(quick.seen).length).toBe(2);
  expect(begun).toEqual(['opened']);
  releases.shift()?.();
  await expect.poll(() => begun).toEqual(['opened', 'escalated']);
  releases.shift()?.();
  await queue.idle();
  expect(queue.status().unsent).toBe(0);
});
