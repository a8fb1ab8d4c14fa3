import type { Effect, IncidentSnapshot } from '../model.ts';
import type { Delivery, DeliveryState } from './delivery.ts';

/**
 * What one commit writes: each part is optional, and only what differs from the last commit costs anything. Values
 * are opaque JSON, given as values and returned as `unknown`: only their owner knows their shape.
 */
export interface Change {
  /** How far sources have been read, one row a part: a container, a file, what they share. */
  readonly positions?: Rows<string>;
  /** States of the entry grouping, one an origin. */
  readonly entries?: Rows<string>;
  /** Buckets of the rolling window by their start (epoch milliseconds). */
  readonly window?: Rows<number>;
  /** The incident machine's state. */
  readonly core?: unknown;
  /** What is on its way to the fleet, as `src/fleet/sender.ts` keeps it. */
  readonly fleet?: Rows<string> | undefined;
  /** The process of the heal that was started last, by which a heal that outlives the daemon is recognized. */
  readonly healProcess?: unknown;
  /** Effects that are now owed to channels: new deliveries. A pair that is already there is left as it is. */
  readonly owed?: readonly Owed[];
  /** Deliveries whose state has changed, replaced by key. */
  readonly deliveries?: readonly Delivery[];
  /** Incidents for the history, replaced by id. */
  readonly incidents?: readonly IncidentRecord[];
}

/**
 * Rows of a part: either those that are new or changed and the keys of those that are no more, or `all` there are,
 * so that whatever else is stored is dropped. Rows that are as they were are not written, in either form.
 */
export type Rows<K extends string | number> =
  | { readonly put?: ReadonlyMap<K, unknown>; readonly drop?: Iterable<K> }
  | { readonly all: ReadonlyMap<K, unknown> };

/** An effect and the channels it is owed to, since `at` (epoch milliseconds). */
export interface Owed {
  readonly effect: Effect;
  readonly channels: readonly string[];
  readonly at: number;
}

/** One incident of the past or present; `closedAt` is absent while it is open. */
export interface IncidentRecord {
  readonly id: string;
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly story: IncidentSnapshot;
}

/** What became of one message or report section of an incident. */
export interface Told {
  readonly part: string;
  /** The alert channel's name, or `report`. */
  readonly channel: string;
  readonly state: DeliveryState;
  /** Since when it was owed, and when it is tried again while it is (epoch milliseconds). */
  readonly since: number;
  readonly nextAt: number;
  readonly attempts: number;
  readonly detail: string;
  /** The attempt and the output of the heal that it tells of, where it is about one. */
  readonly heal?: { readonly attempt: number; readonly output: string };
}

/** What the last commits left behind. A part that was never written is empty or undefined. */
export interface Saved {
  readonly positions: ReadonlyMap<string, unknown>;
  readonly entries: ReadonlyMap<string, unknown>;
  readonly window: ReadonlyMap<number, unknown>;
  readonly core: unknown;
  readonly healProcess: unknown;
  /** When the last commit was made (epoch milliseconds): the daemon has seen nothing since. */
  readonly savedAt: number;
}
