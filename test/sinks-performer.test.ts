import { beforeEach, describe, expect, test } from 'vitest';
import type { Effect, Outcome } from '../src/model.ts';
import type { AlertChannel, Message, SendResult } from '../src/sinks/alert/alert-channel.ts';
import type { HealEnd, HealRun, HealSink } from '../src/sinks/heal/heal-sink.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import type { EffectQueue, EffectQueueOptions } from '../src/sinks/effect-queue.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import type { Outbox } from '../src/state/delivery.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { containing, matching } from './support/matchers.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SENT: SendResult = {
  verdict: 'sent',
  detail: 'HTTP 204',
  remoteId: '',
  uncertain: false,
  channelWide: false,
};
const DOWN: SendResult = {
  ...SENT,
  verdict: 'retry',
  detail: 'not reachable (ECONNREFUSED)',
  channelWide: true,
};
const REFUSED: SendResult = { ...SENT, verdict: 'refused', detail: 'HTTP 400: bad embed' };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A channel that answers as told and remembers what it was sent, in a few words. */
class FakeChannel implements AlertChannel {
  readonly type = 'fake';
  readonly name: string;
  readonly sent: Message[] = [];
  answers: SendResult[] = [];
  always: SendResult = SENT;

  constructor(name: string) {
    this.name = name;
  }

  send(message: Message): Promise<SendResult> {
    this.sent.push(message);
    return Promise.resolve(this.answers.shift() ?? this.always);
  }

  get ids(): readonly string[] {
    return this.sent.map(({ id }) => id.replace('20251217T161807-host-', ''));
  }
}

/** A heal that ends when it is told to. */
class FakeHeal implements HealSink {
  readonly started: string[] = [];
  readonly killed: string[] = [];
  end: (end: HealEnd) => void = () => undefined;

  start({ id }: Effect): Promise<HealRun> {
    this.started.push(id);
    const ended = new Promise<HealEnd>((resolve) => (this.end = resolve));
    return Promise.resolve({ ended, kill: () => this.killed.push(id) });
  }

  adopt(): HealRun | undefined {
    return undefined;
  }
}

let clock: VirtualClock;
let discord: FakeChannel;
let slack: FakeChannel;
let heal: FakeHeal;
let outbox: Outbox;
let sections: string[];
let outcomes: Outcome[];
let performer: EffectQueue;

beforeEach(() => {
  clock = new VirtualClock();
  clock.advanceTo(OPENED);
  [discord, slack, heal] = [new FakeChannel('discord'), new FakeChannel('slack'), new FakeHeal()];
  outbox = memoryOutbox();
  sections = [];
  performer = start();
});

function start(options: Partial<EffectQueueOptions> = {}): EffectQueue {
  const made = memoryQueue(
    {
      alert: { channels: [discord, slack], name: 'Quantum Trader', deadline: 24 * HOUR },
      report: {
        append: ({ id }) => {
          sections.push(id);
          return Promise.resolve();
        },
      },
      heal,
      clock,
      log: silent,
      random: () => 1,
      ...options,
    },
    outbox,
  );
  outcomes = [];
  made.outcomes$.subscribe((outcome) => outcomes.push(outcome));
  return made;
}

/** Lets time pass; what falls due on the way is performed before more of it passes. */
async function pass(ms: number): Promise<void> {
  const until = clock.now() + ms;
  await performer.idle();
  while (clock.stepTo(until)) await performer.idle();
}

function of(incident: number, part: Effect['part'], n?: number): Effect {
  const told = story({ incident: `20251217T161807-host-${incident}`, at: clock.now() });
  return effect({ part, story: told, ...(n === undefined ? {} : { n }) });
}

describe('in what order effects are performed', () => {
  test('alert, report and heal, one at a time, and what follows does not wait for the heal to end', async () => {
    performer.submit(of(1, 'opened'));
    performer.submit(effect({ kind: 'report', id: 'r' }));
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    performer.submit(of(1, 'note', 1));
    await clockless();
    expect(discord.ids).toEqual(['1:opened', '1:note:1']);
    expect(sections).toEqual(['r']);
    expect(heal.started).toEqual(['h']);
    expect(outcomes.map((outcome) => outcome.effect)).not.toContain('h');
    heal.end({ result: 'ok', detail: 'exit code 0', output: 'done', exitCode: 0 });
    await performer.idle();
    expect(outcomes.at(-1)).toEqual({
      type: 'outcome',
      effect: 'h',
      kind: 'heal',
      at: OPENED,
      ok: true,
      result: 'ok',
      detail: 'exit code 0',
      output: 'done',
      exitCode: 0,
    });
  });

  test('an effect that is submitted twice is performed once', async () => {
    for (const again of [of(1, 'opened'), of(1, 'opened')]) performer.submit(again);
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    await clockless();
    heal.end({ result: 'ok', detail: '', output: '' });
    await clockless();
    expect(discord.ids).toEqual(['1:opened']);
    expect(heal.started).toEqual(['h']);
  });

  test('never two heals at once: the second starts when the first has ended', async () => {
    performer.submit(effect({ kind: 'heal', id: 'h1' }));
    performer.submit(effect({ kind: 'heal', id: 'h2' }));
    await clockless();
    expect(heal.started).toEqual(['h1']);
    heal.end({ result: 'failed', detail: 'exit code 1', output: '', exitCode: 1 });
    await clockless();
    expect(heal.started).toEqual(['h1', 'h2']);
  });

  test('more heals than sixteen never wait: the next is refused, and that is told', async () => {
    for (let n = 0; n < 18; n += 1) performer.submit(effect({ kind: 'heal', id: `h${n}` }));
    await clockless();
    expect(performer.status()).toMatchObject({ runningHeal: 'h0', waitingHeals: 16 });
    expect(outcomes).toMatchObject([
      { effect: 'h17', result: 'failed', detail: 'too many heals are waiting' },
    ]);
  });

  test('a heal that nothing is configured for ends as broken', async () => {
    performer = start({ heal: undefined });
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    await performer.idle();
    expect(outcomes).toMatchObject([{ effect: 'h', ok: false, result: 'broken' }]);
  });

  test('without any channel an alert is settled at once', async () => {
    performer = start({ alert: { channels: [], name: 'Q', deadline: HOUR } });
    performer.submit(of(1, 'opened'));
    await performer.idle();
    expect(outcomes).toMatchObject([{ kind: 'alert', ok: true, detail: 'no channel is configured' }]);
  });
});

describe('what happens when a channel fails', () => {
  test('the other channel has its message; the failing one gets it later, with growing pauses', async () => {
    discord.answers = [DOWN, DOWN, DOWN];
    performer.submit(of(1, 'opened'));
    await pass(4_999);
    expect([discord.sent.length, slack.sent.length]).toEqual([1, 1]);
    expect(outcomes).toEqual([]);
    await pass(1);
    expect(discord.sent).toHaveLength(2);
    await pass(10 * SECOND);
    expect(discord.sent).toHaveLength(3);
    await pass(19_999);
    expect(discord.sent).toHaveLength(3);
    await pass(1);
    expect(discord.sent).toHaveLength(4);
    expect(outcomes).toMatchObject([{ kind: 'alert', ok: true, at: OPENED + 35 * SECOND }]);
  });

  test('pauses never grow beyond a quarter of an hour', async () => {
    discord.always = DOWN;
    performer.submit(of(1, 'opened'));
    await pass(12 * HOUR);
    const tries = discord.sent.map(({ at }) => at);
    const pauses = tries.slice(1).map((at, n) => at - (tries[n] ?? 0));
    expect(Math.max(...pauses)).toBe(15 * MINUTE);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  });

  test('the receiver is left alone for as long as it asks, whatever else waits', async () => {
    discord.answers = [{ ...DOWN, detail: 'HTTP 429', wait: 65 * SECOND }];
    performer.submit(of(1, 'opened'));
    performer.submit(of(2, 'opened'));
    await pass(64_999);
    expect(discord.ids).toEqual(['1:opened']);
    await pass(1);
    expect(discord.ids).toEqual(['1:opened', '1:opened', '2:opened']);
  });

  test('a receiver that asks for no pause at all is not flooded', async () => {
    discord.always = { ...DOWN, detail: 'HTTP 429', wait: 0 };
    performer.submit(of(1, 'opened'));
    await pass(10 * SECOND);
    expect(discord.sent.length).toBeLessThanOrEqual(41);
  });

  test('a receiver whose bucket is empty is left alone before it has to say so', async () => {
    discord.answers = [{ ...SENT, wait: 1_500, channelWide: true }];
    performer.submit(of(1, 'opened'));
    await performer.idle();
    performer.submit(of(2, 'opened'));
    await pass(1_499);
    expect(discord.ids).toEqual(['1:opened']);
    await pass(1);
    expect(discord.ids).toEqual(['1:opened', '2:opened']);
  });

  test('a channel that cannot be reached is not tried anew for every message', async () => {
    discord.answers = [DOWN];
    performer.submit(of(1, 'opened'));
    await performer.idle();
    performer.submit(of(2, 'opened'));
    performer.submit(of(3, 'opened'));
    await pass(4_999);
    expect(discord.ids).toEqual(['1:opened']);
    await pass(1);
    expect(discord.ids).toEqual(['1:opened', '1:opened', '2:opened', '3:opened']);
  });

  test('the order within an incident holds; another incident does not wait for it', async () => {
    discord.answers = [{ ...DOWN, detail: 'HTTP 500', channelWide: false }];
    performer.submit(of(1, 'opened'));
    await performer.idle();
    performer.submit(of(1, 'heal', 1));
    performer.submit(of(2, 'opened'));
    await pass(6 * SECOND);
    expect(discord.ids).toEqual(['1:opened', '2:opened', '1:opened', '1:heal:1']);
  });

  test('a message that is refused is dead and does not block the ones behind it', async () => {
    discord.answers = [REFUSED];
    performer.submit(of(1, 'opened'));
    performer.submit(of(1, 'heal', 1));
    await performer.idle();
    expect(discord.ids).toEqual(['1:opened', '1:heal:1']);
    expect(outcomes).toMatchObject([
      { effect: matching(/:opened$/), ok: false, detail: containing('bad embed') },
      { ok: true },
    ]);
    expect(performer.status().dead).toBe(1);
  });

  test('a channel that is itself wrong is left alone from then on', async () => {
    discord.answers = [{ ...REFUSED, verdict: 'disable', detail: 'HTTP 404: Unknown Webhook' }];
    performer.submit(of(1, 'opened'));
    performer.submit(of(1, 'heal', 1));
    await performer.idle();
    expect(discord.ids).toEqual(['1:opened']);
    expect(slack.ids).toEqual(['1:opened', '1:heal:1']);
    expect(performer.status().disabledChannels).toEqual({ discord: 'HTTP 404: Unknown Webhook' });
  });

  test('a disabled channel is tried again every quarter of an hour, and is told what it missed in one message', async () => {
    const gone: SendResult = { ...REFUSED, verdict: 'disable', detail: 'HTTP 404: Unknown Webhook' };
    discord.always = gone;
    performer.submit(of(1, 'opened'));
    await pass(MINUTE);
    performer.submit(of(1, 'heal', 1));
    await pass(14 * MINUTE - 1);
    expect(discord.ids).toEqual(['1:opened']);
    expect(performer.status()).toMatchObject({
      unsent: 2,
      dead: 0,
      failingChannels: { discord: { why: gone.detail, nextAt: OPENED + 15 * MINUTE } },
    });
    await pass(1);
    expect(discord.ids).toEqual(['1:opened', '1:heal:1+1']);
    discord.always = SENT;
    await pass(15 * MINUTE);
    expect(discord.ids).toEqual(['1:opened', '1:heal:1+1', '1:heal:1+1']);
    expect(discord.sent.at(-1)?.body).toContain('Auto-Heal Triggered');
    expect(performer.status()).toMatchObject({ unsent: 0, disabledChannels: {}, failingChannels: {} });
    performer.submit(of(2, 'opened'));
    await performer.idle();
    expect(discord.ids.at(-1)).toBe('2:opened');
  });

  test('a disabled channel is tried at once for a new incident, and after a restart', async () => {
    discord.always = { ...REFUSED, verdict: 'disable', detail: 'HTTP 404: Unknown Webhook' };
    performer.submit(of(1, 'opened'));
    await performer.idle();
    await pass(SECOND);
    performer.submit(of(2, 'opened'));
    await performer.idle();
    expect(discord.ids).toEqual(['1:opened', '2:opened+1']);
    await performer.stop(0);
    discord.always = SENT;
    performer = start();
    performer.resume();
    await performer.idle();
    expect(discord.ids).toEqual(['1:opened', '2:opened+1', '2:opened+1']);
  });

  test('what a slow receiver leaves unanswered is repeated three times, holds up nothing new, and comes every six hours', async () => {
    const slow: SendResult = { ...DOWN, detail: 'no answer in time', uncertain: true, unanswered: true };
    discord.always = slow;
    performer.submit(of(1, 'opened'));
    await pass(HOUR);
    expect(discord.ids).toEqual(['1:opened', '1:opened', '1:opened', '1:opened']);
    performer.submit(of(1, 'escalated', 1));
    await performer.idle();
    expect(discord.ids.slice(4)).toEqual(['1:escalated:1+1']);
    performer.submit(of(2, 'opened'));
    await performer.idle();
    expect(discord.ids.slice(5)).toEqual(['2:opened']);
    await pass(24 * HOUR);
    expect(discord.sent.length).toBeLessThanOrEqual(18);
    expect(performer.status().unsent).toBe(0);
  });

  test('a message is given up after a day, and that is told', async () => {
    discord.always = DOWN;
    performer.submit(of(1, 'opened'));
    await pass(24 * HOUR - 1);
    expect(outcomes).toEqual([]);
    await pass(1);
    expect(outcomes).toMatchObject([{ ok: false, detail: containing('given up') }]);
    expect(outbox.unsent()).toEqual([]);
  });

  test('an incident that opened and was resolved meanwhile is told in one message', async () => {
    discord.answers = [DOWN];
    performer.submit(of(1, 'opened'));
    await performer.idle();
    performer.submit(of(1, 'heal', 1));
    performer.submit(of(1, 'resolved', 1));
    await pass(6 * SECOND);
    expect(discord.sent).toHaveLength(2);
    expect(discord.sent[1]?.head).toContain('Auto-Heal Triggered');
    expect(discord.sent[1]?.body).toContain('Resolved');
    expect(slack.ids).toEqual(['1:opened', '1:heal:1', '1:resolved:1']);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
  });

  test('an incident whose messages were all still to be tried is told in all of them', async () => {
    for (const one of [of(1, 'opened'), of(1, 'heal', 1), of(1, 'resolved', 1)])
      outbox.add(one, ['discord'], OPENED);
    performer.resume();
    await performer.idle();
    expect(discord.ids).toEqual(['1:opened', '1:heal:1', '1:resolved:1']);
  });

  test('the opening message is edited by what follows, but not more often than every few minutes', async () => {
    performer = start({
      alert: { channels: [discord], name: 'Q', deadline: HOUR, updateInterval: 5 * MINUTE },
    });
    discord.always = { ...SENT, remoteId: '777' };
    const told: Effect[] = [];
    const tell = async (part: Effect['part'], after: number, n?: number): Promise<void> => {
      await pass(after);
      const one = { ...of(1, part, n), at: clock.now() };
      told.push(one);
      performer.submit(one);
      await performer.idle();
    };
    await tell('opened', 0);
    await tell('heal', MINUTE, 1);
    await tell('heal', 2 * MINUTE, 2);
    await tell('escalated', 4 * MINUTE, 1);
    await tell('reminder', MINUTE, 1);
    await tell('resolved', MINUTE, 1);
    expect(
      discord.sent.map(({ id, opened }) => [id.split(':').slice(1).join(':'), opened?.remoteId]),
    ).toEqual([
      ['opened', undefined],
      ['heal:1', '777'],
      ['heal:2', undefined],
      ['escalated:1', undefined],
      ['reminder:1', undefined],
      ['resolved:1', '777'],
    ]);
  });

  test('a call for a person that still stands is told in full in the summary, one that is over is not', async () => {
    discord.always = DOWN;
    performer.submit({ ...of(1, 'escalated', 1), at: OPENED });
    performer.submit({ ...of(2, 'opened'), at: OPENED + 1 });
    performer.submit({ ...of(2, 'escalated', 1), at: OPENED + 2 });
    performer.submit({ ...of(2, 'resolved', 1), at: OPENED + 3 });
    await pass(20 * MINUTE);
    discord.always = SENT;
    await pass(HOUR);
    const summary = discord.sent.at(-1);
    expect(summary?.effect).toMatchObject({
      part: 'escalated',
      story: { incident: '20251217T161807-host-1' },
    });
    expect(summary?.body).toMatch(/^🆘 \*\*Quantum Trader - A person is needed\*\*/);
    expect(summary?.body).toContain('**All that was held back:**\n• ');
    expect(discord.sent.filter(({ id }) => id.includes('+'))).not.toHaveLength(0);
  });

  test('what a long outage has left is folded into one summary', async () => {
    discord.always = DOWN;
    for (const n of [1, 2, 3]) {
      performer.submit(of(n, 'opened'));
      await pass(30 * MINUTE);
      performer.submit(of(n, n === 2 ? 'escalated' : 'resolved', 1));
      await pass(30 * MINUTE);
    }
    const before = discord.sent.length;
    discord.always = SENT;
    await pass(HOUR);
    expect(discord.sent.length - before).toBe(1);
    const summary = discord.sent.at(-1);
    expect(summary?.head).toContain('6 messages held back');
    for (const n of [1, 2, 3]) expect(summary?.body).toContain(`host-${n}`);
    expect(summary?.effect.part).toBe('escalated');
    expect(summary?.head).toContain('Among them is a call for a person.');
    expect(slack.sent).toHaveLength(6);
    expect(outbox.unsent()).toEqual([]);
  });
});

describe('what happens across a restart', () => {
  test('what was being sent when the process ended is sent again, under the same id, marked as a possible repeat', async () => {
    outbox.add(of(1, 'opened'), ['discord', 'slack'], OPENED);
    outbox.save(
      outbox.unsent().map((row) => (row.channel === 'discord' ? { ...row, state: 'inflight' } : row)),
    );
    performer.resume();
    await performer.idle();
    expect(discord.sent).toMatchObject([{ repeat: true, footer: containing('(may be a repeat)') }]);
    expect(slack.sent).toMatchObject([{ repeat: false, id: discord.sent[0]?.id }]);
  });

  test('an attempt is marked before its request is made', async () => {
    const states: (string | undefined)[] = [];
    discord.send = () => {
      states.push(outbox.unsent().find(({ channel }) => channel === 'discord')?.state);
      return Promise.resolve(SENT);
    };
    performer.submit(of(1, 'opened'));
    await performer.idle();
    expect(states).toEqual(['inflight']);
  });

  test('an attempt whose end is not known is a possible repeat the next time', async () => {
    discord.answers = [{ ...DOWN, uncertain: true }, DOWN];
    performer.submit(of(1, 'opened'));
    await pass(HOUR);
    expect(discord.sent.map(({ repeat }) => repeat)).toEqual([false, true, true]);
  });

  test('messages to a channel that is no longer configured are given up', async () => {
    outbox.add(of(1, 'opened'), ['old'], OPENED);
    performer = start();
    performer.resume();
    await performer.idle();
    expect(outbox.unsent()).toEqual([]);
  });

  test('a heal that did not outlive the process is told as unknown and never run again', async () => {
    performer.adopt({ effect: 'h', pid: 1, startTime: '1', bootId: 'x', deadline: OPENED });
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    await performer.idle();
    expect(outcomes).toMatchObject([{ effect: 'h', result: 'unknown' }]);
    expect(heal.started).toEqual([]);
  });
});

describe('how it stops', () => {
  test('nothing new is started; the running heal gets its time and its outcome is told', async () => {
    performer.submit(effect({ kind: 'heal', id: 'h1' }));
    await clockless();
    performer.submit(effect({ kind: 'heal', id: 'h2' }));
    const stopped = performer.stop(5 * MINUTE);
    performer.submit(of(1, 'opened'));
    heal.end({ result: 'ok', detail: '', output: '' });
    await stopped;
    expect(outcomes.map(({ effect: id }) => id)).toEqual(['h1']);
    expect(discord.sent).toEqual([]);
    expect(heal.started).toEqual(['h1']);
    expect(outbox.unsent()).toHaveLength(2);
  });

  test('a heal that takes longer than the grace is killed', async () => {
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    await clockless();
    const stopped = performer.stop(5 * SECOND);
    clock.advanceTo(OPENED + 5 * SECOND);
    await stopped;
    expect(heal.killed).toEqual(['h']);
  });

  test('a second call ends it at once', async () => {
    performer.submit(effect({ kind: 'heal', id: 'h' }));
    await clockless();
    const stopped = performer.stop(5 * MINUTE);
    await performer.stop(5 * MINUTE);
    await stopped;
    expect(heal.killed).toEqual(['h']);
  });
});

/** Lets everything happen that needs no time to pass. */
async function clockless(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
