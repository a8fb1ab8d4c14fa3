import type { Delivery } from '../state/delivery.ts';

/**
 * The shortest pause, in milliseconds, whatever receiver and jitter come to: a `Retry-After: 0` must not become a
 * flood.
 */
const SHORTEST_PAUSE = 1_000;
const FIRST_PAUSE = 5_000;
/** Where pauses stop growing, in milliseconds. */
export const LONGEST_PAUSE = 15 * 60_000;

/** The pause after a receiver has taken a message several times without an answer: it has probably shown it each time. */
export const UNANSWERED_PAUSE = 6 * 3_600_000;

/** How a failed attempt is to be followed up. Durations in milliseconds; `random` gives a number in [0, 1). */
export interface RetryPolicy {
  /** A delivery that is older than this is given up. */
  readonly deadline: number;
  readonly random: () => number;
}

/** What is known of a failure: why, how long to wait if the receiver said so, and whether it may have arrived. */
export interface Failure {
  readonly detail: string;
  readonly wait?: number | undefined;
  readonly uncertain: boolean;
}

/**
 * The delivery after a failed attempt that may succeed later: at the time the receiver asked for, else after a pause
 * of up to 5 s, doubled by every attempt to at most 15 min, with full jitter. Past its deadline it is dead.
 */
export function retryLater(delivery: Delivery, failure: Failure, now: number, policy: RetryPolicy): Delivery {
  const attempts = delivery.attempts + 1;
  const givenUp = now - delivery.since >= policy.deadline;
  if (givenUp) return { ...delivery, attempts, state: 'dead', detail: `given up: ${failure.detail}` };
  const longest = Math.min(FIRST_PAUSE * 2 ** Math.min(delivery.attempts, 30), LONGEST_PAUSE);
  const pause = Math.max(failure.wait ?? Math.ceil(policy.random() * longest), SHORTEST_PAUSE);
  const nextAt = Math.min(now + pause, delivery.since + policy.deadline);
  return {
    ...delivery,
    attempts,
    state: failure.uncertain || delivery.state === 'inflight' ? 'inflight' : 'pending',
    nextAt,
    detail: failure.detail,
  };
}
