import type { Effect } from '../model.ts';
import type { Routing } from './alert/routing/routing.ts';
import { type Delivery, deliveryKey, freshDelivery, isUnsent, type Outbox } from '../state/delivery.ts';
import { SET_BACK } from '../time/live-clock.ts';
import { LONGEST_PAUSE, UNANSWERED_PAUSE } from './retry.ts';

/** The channel that report sections are delivered to. No alert channel may bear this name. */
export const REPORT_CHANNEL = 'report';

/**
 * The channels that an effect is owed to: those it is routed to, and the end of an incident whoever was told of it. A heal
 * is owed to none: it is started at most once, by the journal of the incident it belongs to.
 */
export function channelsOf(effect: Effect, routing: Routing, outbox: Pick<Outbox, 'of'>): readonly string[] {
  if (effect.kind === 'report') return [REPORT_CHANNEL];
  if (effect.kind === 'heal') return [];
  const recipients = routing.recipients(effect);
  if (effect.part !== 'resolved') return recipients;
  const { incident } = effect.story;
  return routing.channels.filter((name) => recipients.includes(name) || outbox.of(incident, name).length > 0);
}

/**
 * The outbox under a clock that may have been set back: a delivery from the future was added while it was ahead, and is
 * owed since now. One that waits for longer than any pause does was put off while the clock was ahead, and is due. What
 * is added and saved goes through as it is.
 */
export function withinReach(outbox: Outbox, clock: { now(): number }): Outbox {
  return {
    add: (effect, channels, now) => outbox.add(effect, channels, now),
    save: (deliveries) => outbox.save(deliveries),
    of: (incident, channel) => outbox.of(incident, channel),
    to: (channel) => outbox.to(channel),
    unsent: () => {
      const now = clock.now();
      return outbox.unsent().map((delivery) => {
        const { nextAt, since, state } = delivery;
        if (since > now + SET_BACK) return { ...delivery, nextAt: Math.min(nextAt, now), since: now };
        const longest = state === 'inflight' ? UNANSWERED_PAUSE : LONGEST_PAUSE;
        return nextAt > now + longest ? { ...delivery, nextAt: now } : delivery;
      });
    },
  };
}

/** An outbox that lasts as long as the process: for drills, the demo and tests. */
export function memoryOutbox(): Outbox {
  const rows = new Map<string, Delivery>();
  return {
    add(effect, channels, now) {
      for (const channel of channels) {
        const fresh = freshDelivery(effect, channel, now);
        const key = deliveryKey(fresh);
        if (!rows.has(key)) rows.set(key, fresh);
      }
    },
    save(deliveries) {
      for (const delivery of deliveries) rows.set(deliveryKey(delivery), delivery);
    },
    unsent: () => rows.values().filter(isUnsent).toArray(),
    of: (incident, channel) =>
      rows
        .values()
        .filter((row) => row.channel === channel && row.effect.story.incident === incident)
        .toArray(),
    to: (channel) =>
      rows
        .values()
        .filter((row) => row.channel === channel)
        .toArray(),
  };
}
