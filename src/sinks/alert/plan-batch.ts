import type { Delivery } from '../../state/delivery.ts';
import { LONGEST_PAUSE } from '../retry.ts';

/**
 * Once at least this many messages to one channel have each waited for at least this long (milliseconds), one summary
 * replaces all that are unsent.
 */
const SUMMARY_COUNT = 4;
const SUMMARY_AFTER = 15 * 60_000;

type Some = readonly [Delivery, ...Delivery[]];

/**
 * The deliveries that one message settles. `merged`: one incident that opened and was resolved while its channel
 * could not be reached. `summary`: everything that a long outage has left. `latest`: the newest message of an incident,
 * with those before it that had to wait.
 */
export interface Batch {
  readonly form: 'single' | 'merged' | 'summary' | 'latest';
  readonly deliveries: Some;
  /** Why it comes late: the channel could not be reached, or its quiet hours held it back. Default: outage. */
  readonly reason?: 'outage' | 'quiet';
}

/**
 * The next message for one channel, or none if nothing is due at `now`. `unsent` holds that channel's deliveries,
 * oldest first; each incident's are sent strictly in this order, while incidents do not wait for one another.
 */
export function planBatch(unsent: readonly Delivery[], now: number): Batch | undefined {
  const incident = incidentsOf(unsent).find((rows) => dueOf(rows, now) <= now);
  if (incident === undefined) return undefined;
  const [head, ...later] = incident;
  const waited = unsent.filter((delivery) => now - delivery.since >= SUMMARY_AFTER);
  if (waited.length >= SUMMARY_COUNT) {
    return { form: 'summary', deliveries: [head, ...unsent.filter((delivery) => delivery !== head)] };
  }
  if (head.nextAt > now) return asOne(incident);
  const end = later.findIndex((delivery) => delivery.effect.part === 'resolved');
  if (head.effect.part === 'opened' && wasTried(head) && end >= 0)
    return { form: 'merged', deliveries: [head, ...later.slice(0, end + 1)] };
  // What went out in one message is repeated in one.
  return asOne([head, ...later.filter(({ attempts }) => attempts > 0)]);
}

/**
 * The next message for a channel that keys by incident: one effect each, in their order. One that backs off for long has
 * probably arrived: what follows it stands for it, since its repeat would open anew what is over.
 */
export function planSingle(unsent: readonly Delivery[], now: number): Batch | undefined {
  for (const [head, ...later] of incidentsOf(unsent)) {
    const rows = [head, ...later];
    const next = rows.findIndex(({ nextAt }) => nextAt - now <= LONGEST_PAUSE);
    if ((rows[next]?.nextAt ?? Infinity) > now) continue;
    return { form: 'single', deliveries: [head, ...later.slice(0, next)] };
  }
  return undefined;
}

/** One message for all of them, whenever each is due. */
export function asOne(deliveries: Some): Batch {
  const [head, ...later] = deliveries;
  if (later.length === 0) return { form: 'single', deliveries };
  const isWhole =
    head.effect.part === 'opened' &&
    later.at(-1)?.effect.part === 'resolved' &&
    later.every((delivery) => incidentOf(delivery) === incidentOf(head));
  return { form: isWhole ? 'merged' : 'summary', deliveries };
}

/** When `planBatch` will next have something for this channel (epoch milliseconds); infinite if never. */
export function nextDue(unsent: readonly Delivery[], now: number): number {
  return incidentsOf(unsent).reduce((next, rows) => Math.min(next, dueOf(rows, now)), Infinity);
}

/**
 * When an incident's oldest delivery is due. One that backs off for long, since nobody answers to it, holds up nothing
 * new: that goes out with it.
 */
function dueOf([head, ...later]: Some, now: number): number {
  if (head.nextAt - now <= LONGEST_PAUSE) return head.nextAt;
  return later.reduce((due, row) => (row.attempts === 0 ? Math.min(due, row.nextAt) : due), head.nextAt);
}

/** The unsent deliveries of each incident, oldest first. */
function incidentsOf(unsent: readonly Delivery[]): readonly Some[] {
  const incidents = new Map<string, [Delivery, ...Delivery[]]>();
  for (const delivery of unsent) {
    const rows = incidents.get(incidentOf(delivery));
    if (rows === undefined) incidents.set(incidentOf(delivery), [delivery]);
    else rows.push(delivery);
  }
  return [...incidents.values()];
}

function incidentOf(delivery: Delivery): string {
  return delivery.effect.story.incident;
}

function wasTried(delivery: Delivery): boolean {
  return delivery.attempts > 0 || delivery.state === 'inflight';
}
