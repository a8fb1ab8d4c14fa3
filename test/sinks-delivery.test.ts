import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, NotificationType } from '../src/model.ts';
import type { AlertChannel, Message, SendResult } from '../src/sinks/alert/alert-channel.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import type { EffectQueue } from '../src/sinks/effect-queue.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { seededRandom } from './soak/seeded-random.ts';
import { effect, OPENED, story } from './support/effects.ts';

const HOUR = 3_600_000;
const PARTS: readonly NotificationType[] = ['opened', 'heal', 'escalated', 'reminder', 'resolved'];
const SENT: SendResult = {
  verdict: 'sent',
  detail: 'ok',
  remoteId: '',
  uncertain: false,
  channelWide: false,
};

/** What a receiver does with the next requests. `taken` but unanswered is what a repeat comes from. */
type Weather = 'up' | 'down' | 'busy' | 'taken' | 'limited';

type Step =
  | { readonly do: 'tell'; readonly incident: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'weather'; readonly channel: number; readonly weather: Weather }
  /** `kill -9` while the next message is on its way; it may have arrived. */
  | { readonly do: 'crash'; readonly arrived: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('tell' as const), incident: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 3_000, 60_000, 10 * 60_000, HOUR),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      channel: fc.integer({ min: 0, max: 1 }),
      weather: fc.constantFrom<Weather>('up', 'down', 'busy', 'taken', 'limited'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), arrived: fc.boolean() }) },
);

/** A receiver with its own weather, which remembers what arrived. */
class Receiver implements AlertChannel {
  readonly type = 'fake';
  readonly name: string;
  readonly arrived: Message[] = [];
  weather: Weather = 'up';
  hanging: 'no' | 'arrived' | 'lost' = 'no';
  unanswered = 0;

  constructor(name: string) {
    this.name = name;
  }

  send(message: Message): Promise<SendResult> {
    const { hanging, weather } = this;
    if (hanging === 'arrived' || (hanging === 'no' && (weather === 'up' || weather === 'taken')))
      this.arrived.push(message);
    if (hanging !== 'no' || weather === 'taken') this.unanswered += 1;
    return hanging === 'no' ? Promise.resolve(answerIn(weather)) : new Promise(() => undefined);
  }
}

function answerIn(weather: Weather): SendResult {
  if (weather === 'up') return SENT;
  const retry: SendResult = { ...SENT, verdict: 'retry', detail: weather };
  if (weather === 'down') return { ...retry, channelWide: true };
  if (weather === 'limited') return { ...retry, channelWide: true, wait: 65_000 };
  return { ...retry, uncertain: weather === 'taken', channelWide: weather === 'taken' };
}

test('whatever the receivers do and however often we crash, everything is told, in order, and repeats are marked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(), async (steps, seed) => {
      const random = seededRandom(seed);
      const clock = new VirtualClock();
      clock.advanceTo(OPENED);
      const outbox = memoryOutbox();
      const receivers = [new Receiver('a'), new Receiver('b')];
      const told = new Map<number, Effect[]>();
      const begin = (): EffectQueue => {
        const performer = memoryQueue(
          {
            alert: { channels: receivers, name: 'Q', deadline: 10_000 * HOUR },
            report: { append: () => Promise.resolve() },
            heal: undefined,
            clock,
            log: { info: () => undefined, warn: () => undefined, error: () => undefined },
            random: () => random.between(0, 1_000) / 1_000,
          },
          outbox,
        );
        performer.resume();
        return performer;
      };
      let performer = begin();
      const pass = async (ms: number): Promise<void> => {
        const until = clock.now() + ms;
        await performer.idle();
        while (clock.stepTo(until)) await performer.idle();
      };

      for (const action of steps) {
        if (action.do === 'wait') await pass(action.ms);
        else if (action.do === 'weather')
          receivers.forEach((receiver, n) => n === action.channel && (receiver.weather = action.weather));
        else if (action.do === 'tell') {
          const before = told.get(action.incident) ?? [];
          const part = PARTS[before.length];
          if (part === undefined) continue;
          const one = effect({ part, story: story({ incident: `i${action.incident}`, at: clock.now() }) });
          told.set(action.incident, [...before, one]);
          performer.submit(one);
          await performer.idle();
        } else {
          for (const receiver of receivers) receiver.hanging = action.arrived ? 'arrived' : 'lost';
          clock.advanceTo(clock.now() + 20 * 60_000);
          for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
          void performer.stop(0);
          for (const receiver of receivers) receiver.hanging = 'no';
          performer = begin();
          await performer.idle();
        }
      }
      for (const receiver of receivers) receiver.weather = 'up';
      await pass(2 * HOUR);

      expect(outbox.unsent()).toEqual([]);
      expect(performer.status().dead).toBe(0);
      for (const receiver of receivers) {
        const times = new Map<string, number>();
        for (const { id, repeat } of receiver.arrived) {
          if (times.has(id)) expect(repeat, `${id} arrived again, unmarked`).toBe(true);
          times.set(id, (times.get(id) ?? 0) + 1);
        }
        const again = receiver.arrived.length - times.size;
        expect(again).toBeLessThanOrEqual(receiver.unanswered);
        for (const [incident, effects] of told) {
          const about = receiver.arrived.filter(({ body, footer }) =>
            `${body}${footer}`.includes(`i${incident}`),
          );
          for (const { id, at } of effects) {
            const itself = about.some((one) => one.id === id);
            const folded = about.some((one) => one.id.includes('+') && one.at >= at);
            expect(itself || folded, `${id} never arrived`).toBe(true);
          }
          const order = receiver.arrived
            .filter(
              ({ effect: { story: about }, id }) => about.incident === `i${incident}` && !id.includes('+'),
            )
            .map(({ effect: { part } }) => effects.findIndex((one) => one.part === part));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }
    }),
    { numRuns: 150 },
  );
});
