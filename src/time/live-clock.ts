import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * The clocks of the machine, in milliseconds: the wall clock, which may be set, and the monotonic one, which only
 * goes forwards.
 */
export interface TimeSource {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/**
 * The wall clock was set: it has moved `by` milliseconds against the monotonic clock since the last jump that was
 * reported. Only a jump forwards is `adopted`; after one backwards this clock is `ahead` of the wall clock.
 */
export interface Jump {
  readonly by: number;
  readonly adopted: boolean;
  readonly ahead: number;
}

/**
 * A difference up to this is taken for drift and ignored, in milliseconds: far less than any window or deadline
 * notices.
 */
const TOLERANCE = 2_000;

/** Node fires a longer timer at once: setTimeout keeps its delay in 31 bits. */
const MAX_DELAY = 2 ** 31 - 1;

const machine: TimeSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * The clock of a live run: epoch milliseconds that never go back. It starts at the wall clock and goes on with the
 * monotonic one; a jump of the wall clock by more than two seconds is reported to `onJump`, and adopted only
 * forwards. A delay beyond 24 days fires early: the caller compares what is due with `now()`, as with any timer.
 */
export function liveClock(onJump: (jump: Jump) => void, source: TimeSource = machine): SchedulerLike {
  let offset = source.wall() - source.monotonic();
  let told = 0;
  const now = (): number => {
    // In this order: a pause of the process between the two looks like a jump back, which is not adopted.
    const wall = source.wall();
    const elapsed = source.monotonic();
    const difference = wall - elapsed - offset;
    if (Math.abs(difference - told) > TOLERANCE) {
      const adopted = difference > TOLERANCE;
      const by = Math.round(difference - told);
      if (adopted) offset += difference;
      told = adopted ? 0 : difference;
      onJump({ by, adopted, ahead: Math.max(0, Math.round(-told)) });
    }
    return Math.floor(elapsed + offset);
  };
  return {
    now,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, Math.min(delay, MAX_DELAY), state);
    },
  };
}
