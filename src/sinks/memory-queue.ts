import { toEveryChannel } from './alert/routing/routing.ts';
import type { Outbox } from '../state/delivery.ts';
import { effectQueue, type EffectQueue, type EffectQueueOptions } from './effect-queue.ts';
import { channelsOf, memoryOutbox } from './outbox.ts';

/**
 * An effect queue for runs that store nothing (a drill, the demo, tests): an effect is owed from the moment it is
 * submitted. In the daemon it is owed by the transaction of the step that requested it.
 */
export function memoryQueue(
  options: Omit<EffectQueueOptions, 'outbox'>,
  outbox: Outbox = memoryOutbox(),
): EffectQueue {
  const queue = effectQueue({ ...options, outbox });
  const routing = options.alert.routing ?? toEveryChannel(options.alert.channels.map(({ name }) => name));
  return {
    ...queue,
    submit(effect) {
      outbox.add(effect, channelsOf(effect, routing, outbox), options.clock.now());
      queue.submit(effect);
    },
  };
}
