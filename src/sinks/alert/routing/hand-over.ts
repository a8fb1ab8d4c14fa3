import { type Delivery, freshDelivery, type Outbox } from '../../../state/delivery.ts';
import { owedSince } from './release.ts';
import type { Routing } from './routing.ts';

/** How long a channel may fail before what it has not taken goes to its fallback, in milliseconds. */
const PATIENCE = 5 * 60_000;

/** What is known of a channel that does not take its messages. */
export interface Failing {
  readonly isDisabled: boolean;
  readonly isPage: (row: Delivery) => boolean;
}

/**
 * The deliveries to a fallback that are due for what a failing channel has not taken, and when the first of all is or will be
 * (epoch milliseconds, infinite if never). One that the fallback has or had anyway is not owed to it again. The channel itself goes
 * on trying.
 */
export function handOver(
  ready: readonly Delivery[],
  outbox: Pick<Outbox, 'of'>,
  routing: Routing,
  { isDisabled, isPage }: Failing,
  now: number,
): { readonly rows: readonly Delivery[]; readonly nextAt: number } {
  const rows: Delivery[] = [];
  let nextAt = Infinity;
  for (const row of ready) {
    const to = routing.fallback(row.channel);
    if (to === undefined || hasIt(row, to, outbox)) continue;
    const at = isDisabled || isPage(row) ? now : owedSince(row, routing) + PATIENCE;
    if (at <= now) rows.push(inPlaceOf(row, to, now));
    nextAt = Math.min(nextAt, at);
  }
  return { rows, nextAt };
}

/** The deliveries to fallbacks of what has been given up, or refused for good. */
export function handOverLost(
  lost: readonly Delivery[],
  outbox: Pick<Outbox, 'of'>,
  routing: Routing,
  now: number,
): readonly Delivery[] {
  return lost.flatMap((row) => {
    const to = row.state === 'dead' ? routing.fallback(row.channel) : undefined;
    return to === undefined || hasIt(row, to, outbox) ? [] : [inPlaceOf(row, to, now)];
  });
}

function hasIt({ effect }: Delivery, channel: string, outbox: Pick<Outbox, 'of'>): boolean {
  return outbox.of(effect.story.incident, channel).some((row) => row.effect.id === effect.id);
}

function inPlaceOf({ effect, channel }: Delivery, to: string, now: number): Delivery {
  return { ...freshDelivery(effect, to, now), insteadOf: channel };
}
