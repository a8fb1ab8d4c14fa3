import type { Delivery } from '../../../state/delivery.ts';
import type { Routing } from './routing.ts';

/** A channel's unsent deliveries: those that may go out now, and those that wait, in their order. */
export interface Released {
  readonly ready: readonly Delivery[];
  readonly held: readonly Delivery[];
  /** When the first of those that wait may go out (epoch milliseconds); infinite if none waits. */
  readonly nextAt: number;
}

/**
 * What of a channel waits for the end of its quiet hours, or for what follows an opening. Derived from the deliveries and
 * the settings alone, so that a restart changes nothing. `isPage` says which deliveries wait for nothing.
 */
export function release(
  unsent: readonly Delivery[],
  routing: Routing,
  isPage: (row: Delivery) => boolean,
  now: number,
): Released {
  const ready: Delivery[] = [];
  const held: Delivery[] = [];
  let nextAt = Infinity;
  const openings = new Map<string, number>();
  for (const row of unsent) {
    const at = releasedAt(row, routing, openings, now);
    if (at <= now || isPage(row)) ready.push(row);
    else {
      held.push(row);
      nextAt = Math.min(nextAt, at);
    }
  }
  return { ready, held, nextAt };
}

/** When a delivery began to be owed in earnest: at the end of the quiet hours in which it was added (epoch milliseconds). */
export function owedSince({ channel, since }: Delivery, routing: Routing): number {
  return routing.quietUntil(channel, since) ?? since;
}

/** Whether quiet hours held a delivery back. */
export function wasHeld(row: Delivery, routing: Routing): boolean {
  return owedSince(row, routing) !== row.since;
}

/** `openings` has until when an opening that nobody has tried to send holds up what follows it, by incident. */
function releasedAt(row: Delivery, routing: Routing, openings: Map<string, number>, now: number): number {
  const { effect, channel, since, attempts } = row;
  const { incident } = effect.story;
  const isOpening = effect.part === 'opened' || effect.part === 'reopened';
  if (isOpening && attempts === 0)
    openings.set(
      incident,
      Math.max(openings.get(incident) ?? -Infinity, since + routing.groupWait(effect, channel)),
    );
  return Math.max(openings.get(incident) ?? -Infinity, routing.quietUntil(channel, now) ?? -Infinity);
}
