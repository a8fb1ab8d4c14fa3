import { isUnsent, type Outbox } from './delivery.ts';
import type { Store } from './store.ts';

/**
 * The outbox kept in the store: the deliveries of a transition are added by its own commit (`Change.owed`), their
 * results by later commits. Final deliveries of an incident are dropped a day after it was closed.
 */
export function storedOutbox(store: Pick<Store, 'commit' | 'deliveries'>): Outbox {
  return {
    add: (effect, channels, now) => {
      store.commit({ owed: [{ effect, channels, at: now }] });
    },
    save: (deliveries) => {
      store.commit({ deliveries });
    },
    unsent: () => store.deliveries().filter(isUnsent).toArray(),
    of: (incident, channel) =>
      store
        .deliveries()
        .filter((delivery) => delivery.channel === channel && delivery.effect.story.incident === incident)
        .toArray(),
    to: (channel) =>
      store
        .deliveries()
        .filter((delivery) => delivery.channel === channel)
        .toArray(),
  };
}
