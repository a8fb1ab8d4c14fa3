import { type Config, configSchema } from '../../src/config/config.ts';
import type { Effect, NotificationType, Outcome } from '../../src/model.ts';
import type { AlertChannel, Message, SendResult } from '../../src/sinks/alert/alert-channel.ts';
import type { Standing } from '../../src/sinks/alert/routing/page-unattended.ts';
import { routingOf } from '../../src/sinks/alert/routing/routing.ts';
import type { EffectQueue } from '../../src/sinks/effect-queue.ts';
import { memoryQueue } from '../../src/sinks/memory-queue.ts';
import { memoryOutbox } from '../../src/sinks/outbox.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { effect, story } from './effects.ts';

const SENT: SendResult = { verdict: 'sent', detail: '', remoteId: 'r', uncertain: false, channelWide: false };
const AWAY: SendResult = { ...SENT, remoteId: '', verdict: 'retry', detail: 'away', channelWide: true };
const WRONG: SendResult = { ...AWAY, verdict: 'disable', detail: 'gone' };
const REFUSED: SendResult = { ...SENT, remoteId: '', verdict: 'refused', detail: 'too long' };

/** What a receiver answers. */
export const ANSWERS = { up: SENT, down: AWAY, wrong: WRONG, refuses: REFUSED } as const;

/** A receiver that remembers what arrived. */
export interface Receiver {
  readonly name: string;
  readonly arrived: Message[];
  is: keyof typeof ANSWERS;
}

/** Settings of alerts as they are written, with channels of these names. */
export function alertsOf(alerts: object, more: object = {}): Config {
  return configSchema.parse({ name: 'Q', alerts, ...more });
}

/** A queue on the virtual clock, begun at `begin`, with a receiver for each channel; `restart` leaves only the outbox. */
export function routedWorld(config: Config, begin: string, folds = true) {
  const clock = new VirtualClock();
  clock.advanceTo(Date.parse(begin));
  const routing = routingOf(config);
  const outbox = memoryOutbox();
  const receivers = routing.channels.map((name): Receiver => ({ name, arrived: [], is: 'up' }));
  const standing = new Map<string, ReturnType<Standing>>();
  const outcomes: Outcome[] = [];
  const channels = receivers.map((receiver): AlertChannel => ({
    name: receiver.name,
    type: 'fake',
    folds,
    send(message) {
      if (receiver.is === 'up') receiver.arrived.push(message);
      return Promise.resolve(ANSWERS[receiver.is]);
    },
  }));
  const start = (): EffectQueue => {
    const made = memoryQueue(
      {
        alert: {
          ...{ channels, routing, name: 'Q', deadline: config.alerts.deadline },
          standing: (incident) => standing.get(incident) ?? 'none',
        },
        report: { append: () => Promise.resolve() },
        heal: undefined,
        clock,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        random: () => 0.5,
      },
      outbox,
    );
    made.outcomes$.subscribe((outcome) => outcomes.push(outcome));
    made.resume();
    return made;
  };
  let queue = start();
  return {
    routing,
    outbox,
    receivers,
    standing,
    outcomes,
    now: () => clock.now(),
    receiver(name: string): Receiver {
      const found = receivers.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no receiver ${name}`);
      return found;
    },
    async pass(ms: number): Promise<void> {
      const until = clock.now() + ms;
      await queue.idle();
      while (clock.stepTo(until)) await queue.idle();
    },
    async tell(
      part: NotificationType,
      incident = 'i1',
      given: Partial<Effect['story']> = {},
    ): Promise<Effect> {
      const told = effect({
        ...{ part, id: `${incident}:${part}` },
        story: story({ incident, at: clock.now(), ...given }),
      });
      queue.submit(told);
      await queue.idle();
      return told;
    },
    async restart(): Promise<void> {
      await queue.stop(0);
      queue = start();
      await queue.idle();
    },
  };
}
