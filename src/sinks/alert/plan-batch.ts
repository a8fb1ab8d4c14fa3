import type { Delivery } from '../../state/delivery.ts';

/**
 * Once at least this many messages to one channel have each waited for at least this long (milliseconds), one summary
 * replaces all that are unsent.
 */
const SUMMARY_COUNT = 4;
const SUMMARY_AFTER = 15 * 60_000;

/**
 * The deliveries that one message settles. `merged`: one incident that opened and was resolved while its channel
 * could not be reached. `summary`: everything that a long outage has left.
 */
export interface Batch {
  readonly form: 'single' | 'merged' | 'summary';
  readonly deliveries: readonly [Delivery, ...Delivery[]];
}

/**
 * The next message for one channel, or none if nothing is due at `now`. `unsent` holds that channel's deliveries,
 * oldest first; each incident's are sent strictly in this order, while incidents do not wait for one another.
 */
export function planBatch(unsent: readonly Delivery[], now: number): Batch | undefined {
  const heads = headsOf(unsent);
  const head = heads.find((delivery) => delivery.nextAt <= now);
  if (head === undefined) return undefined;
  const waited = unsent.filter((delivery) => now - delivery.since >= SUMMARY_AFTER);
  if (waited.length >= SUMMARY_COUNT) {
    return { form: 'summary', deliveries: [head, ...unsent.filter((delivery) => delivery !== head)] };
  }
  const [, ...later] = unsent.filter((delivery) => incidentOf(delivery) === incidentOf(head));
  const end = later.findIndex((delivery) => delivery.effect.part === 'resolved');
  return head.effect.part === 'opened' && wasTried(head) && end >= 0
    ? { form: 'merged', deliveries: [head, ...later.slice(0, end + 1)] }
    : { form: 'single', deliveries: [head] };
}

/** When `planBatch` will next have something for this channel (epoch milliseconds); infinite if never. */
export function nextDue(unsent: readonly Delivery[]): number {
  return headsOf(unsent).reduce((next, delivery) => Math.min(next, delivery.nextAt), Infinity);
}

/** The oldest unsent delivery of each incident. */
function headsOf(unsent: readonly Delivery[]): readonly Delivery[] {
  const heads = new Map<string, Delivery>();
  for (const delivery of unsent) {
    if (!heads.has(incidentOf(delivery))) heads.set(incidentOf(delivery), delivery);
  }
  return [...heads.values()];
}

function incidentOf(delivery: Delivery): string {
  return delivery.effect.story.incident;
}

function wasTried(delivery: Delivery): boolean {
  return delivery.attempts > 0 || delivery.state === 'inflight';
}
