import type { Effect } from '../model.ts';

/**
 * Where a delivery stands. `pending`: certainly not received. `inflight`: an attempt was begun and its end is not
 * known (a crash, a lost answer), so that the next attempt may be a repeat and says so. `sent` and `dead` are final.
 */
export type DeliveryState = 'pending' | 'inflight' | 'sent' | 'dead';

/** One effect on its way to one channel. The pair (`effect.id`, `channel`) is its key. */
export interface Delivery {
  readonly effect: Effect;
  /** The alert channel's name, or `report`. */
  readonly channel: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When it was added (epoch milliseconds): it is given up a deadline after that. */
  readonly since: number;
  /** Not to be tried before (epoch milliseconds). */
  readonly nextAt: number;
  /** The receiver's id for the message, for later edits. Empty if it gave none. */
  readonly remoteId: string;
  /** How the last attempt ended; free of secrets. */
  readonly detail: string;
}

/**
 * The deliveries still owed, and the final ones of incidents that may yet refer to them. Every method is
 * synchronous; what `add` and `save` write is durable when they return. An implementation may drop the final
 * deliveries of an incident once it has been closed for a day.
 */
export interface Outbox {
  /**
   * Adds one pending delivery for each channel, in order; a pair that is already there is left as it is. Called
   * within the transaction that requests the effect, and again when the effect is submitted.
   */
  add(effect: Effect, channels: readonly string[], now: number): void;
  /** Replaces deliveries by key, all in one transaction. */
  save(deliveries: readonly Delivery[]): void;
  /** Everything pending or in flight, in the order it was added. */
  unsent(): readonly Delivery[];
  /** Every delivery of one incident to one channel, whatever its state, in the order it was added. */
  of(incident: string, channel: string): readonly Delivery[];
}

/** The channel that report sections are delivered to. No alert channel may bear this name. */
export const REPORT_CHANNEL = 'report';

/**
 * The channels that an effect is owed to. A heal is owed to none: it is started at most once, by the journal of the
 * incident it belongs to.
 */
export function channelsOf(effect: Effect, alertChannels: readonly string[]): readonly string[] {
  if (effect.kind === 'alert') return alertChannels;
  return effect.kind === 'report' ? [REPORT_CHANNEL] : [];
}

/** An outbox that lasts as long as the process: for replays and tests. */
export function memoryOutbox(): Outbox {
  const rows = new Map<string, Delivery>();
  return {
    add(effect, channels, now) {
      for (const channel of channels) {
        const key = keyOf(effect.id, channel);
        if (rows.has(key)) continue;
        const fresh = {
          state: 'pending',
          attempts: 0,
          since: now,
          nextAt: now,
          remoteId: '',
          detail: '',
        } as const;
        rows.set(key, { effect, channel, ...fresh });
      }
    },
    save(deliveries) {
      for (const delivery of deliveries) rows.set(keyOf(delivery.effect.id, delivery.channel), delivery);
    },
    unsent: () => rows.values().filter(isUnsent).toArray(),
    of: (incident, channel) =>
      rows
        .values()
        .filter((row) => row.channel === channel && row.effect.story.incident === incident)
        .toArray(),
  };
}

function isUnsent(delivery: Delivery): boolean {
  return delivery.state === 'pending' || delivery.state === 'inflight';
}

function keyOf(effect: string, channel: string): string {
  return `${effect}\n${channel}`;
}
