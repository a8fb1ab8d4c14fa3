import type { Effect } from '../model.ts';

/**
 * Where a delivery stands. `pending`: certainly not received. `inflight`: an attempt was begun and its end is not
 * known (a crash, a lost answer), so that the next attempt may be a repeat and says so. `sent` and `dead` are final.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DELIVERY_STATES = ['pending', 'inflight', 'sent', 'dead'] as const;

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
  /** The channel that has not taken it, where this one is its fallback. */
  readonly insteadOf?: string;
}

/**
 * The deliveries still owed, and the final ones of incidents that may yet refer to them. Every method is
 * synchronous; what `add` and `save` write is durable when they return. An implementation may drop the final
 * deliveries of an incident once it has been closed for a day.
 */
export interface Outbox {
  /**
   * Adds one pending delivery for each channel, in order; a pair that is already there is left as it is. Whoever
   * requests an effect does so before it is submitted: the daemon in the transaction of the step (`Change.owed`).
   */
  add(effect: Effect, channels: readonly string[], now: number): void;
  /** Replaces deliveries by key, all in one transaction. */
  save(deliveries: readonly Delivery[]): void;
  /** Everything pending or in flight, in the order it was added. */
  unsent(): readonly Delivery[];
  /** Every delivery of one incident to one channel, whatever its state, in the order it was added. */
  of(incident: string, channel: string): readonly Delivery[];
  /** Every delivery to one channel that is kept, whatever its state, in the order it was added. */
  to(channel: string): readonly Delivery[];
}

/** A delivery that nobody has attempted yet, owed since `at` (epoch milliseconds). */
export function freshDelivery(effect: Effect, channel: string, at: number): Delivery {
  return {
    effect,
    channel,
    state: 'pending',
    attempts: 0,
    since: at,
    nextAt: at,
    remoteId: '',
    detail: '',
  };
}

/** Whether a delivery is still owed. */
export function isUnsent({ state }: Delivery): boolean {
  return state === 'pending' || state === 'inflight';
}

/** What tells one delivery from all others. */
export function deliveryKey({ effect, channel }: Pick<Delivery, 'effect' | 'channel'>): string {
  return `${effect.id}\n${channel}`;
}
