import { headOfLease } from './protocol.ts';
import { type LastMessage, type Link, Moved } from './link.ts';
import { bucketOf, type FleetNames } from './names.ts';

/** How often the lease is asked for or renewed, in milliseconds; it expires at the broker after 15 s. */
export const RENEW = 5_000;

/** Without a renewal that was confirmed for so long, on a clock that never steps, it is given up: sooner than it expires. */
const GIVEN_UP = 10_000;

/** The right to decide for a fleet, which one of those who may decide has at a time. */
export interface Lease {
  /** Asks for it, or renews it; resolves with whether it is ours now. Throws nothing. */
  attempt(): Promise<boolean>;
  /** Whether it is ours for certain at this moment. */
  isHeld(): boolean;
  /** Leaves it to others at once. */
  release(): Promise<void>;
}

/** `run` tells this process from all others; `monotonic` is a clock in milliseconds that only goes forwards. */
export function leaseOf(
  link: Pick<Link, 'publish' | 'last'>,
  names: FleetNames,
  run: string,
  monotonic: () => number,
): Lease {
  const bucket = bucketOf(names.lease);
  const subject = bucket.subject(KEY);
  /** The number of our last renewal, and when it was asked for: the broker counts from a later moment. */
  let held: { readonly seq: number; readonly at: number } | undefined;

  async function take(after: number, isFree: boolean): Promise<void> {
    const at = monotonic();
    const seq = await link.publish(subject, JSON.stringify({ run: isFree ? '' : run }), after);
    held = isFree ? undefined : { seq, at };
  }

  return {
    async attempt() {
      // It has expired or will before an answer: who has it now is asked anew.
      if (held !== undefined && monotonic() - held.at > GIVEN_UP) held = undefined;
      try {
        if (held !== undefined) await take(held.seq, false);
        else {
          const last = await link.last(bucket, KEY);
          if (isOurs(last, run)) await take(last?.seq ?? 0, false);
        }
      } catch (error) {
        if (error instanceof Moved) held = undefined;
      }
      if (held !== undefined && monotonic() - held.at > GIVEN_UP) held = undefined;
      return held !== undefined;
    },
    isHeld: () => held !== undefined && monotonic() - held.at <= GIVEN_UP,
    async release() {
      if (held !== undefined) await take(held.seq, true).catch(() => undefined);
      held = undefined;
    },
  };
}

const KEY = 'holder';

/** Free, or ours from before a connection was lost. */
function isOurs(last: LastMessage | undefined, run: string): boolean {
  if (last === undefined) return true;
  const holder = headOfLease.safeParse(last.content);
  return !holder.success || holder.data.run === '' || holder.data.run === run;
}
