import type { Routing } from '../sinks/alert/routing/routing.ts';
import { REPORT_CHANNEL } from '../sinks/outbox.ts';
import type { Outbox } from '../state/delivery.ts';

/**
 * Messages still owed to channels that are no longer configured are owed to those that they are routed to now, or to all:
 * somebody has to be told, and a wrong address is mended in the middle of an incident. A channel that has a message already
 * gets it once.
 * With no channel left they stay as they are: the performer gives them up.
 */
export function reassignDeliveries(
  outbox: Pick<Outbox, 'unsent' | 'save' | 'add'>,
  { channels, recipients }: Pick<Routing, 'channels' | 'recipients'>,
  now: number,
): void {
  const orphans = outbox
    .unsent()
    .filter(({ channel }) => channel !== REPORT_CHANNEL && !channels.includes(channel));
  if (orphans.length === 0 || channels.length === 0) return;
  outbox.save(
    orphans.map((delivery) => ({
      ...delivery,
      state: 'dead',
      detail: 'the channel is no longer configured',
    })),
  );
  for (const { effect } of orphans) {
    const routed = recipients(effect);
    outbox.add(effect, routed.length > 0 ? routed : channels, now);
  }
}
