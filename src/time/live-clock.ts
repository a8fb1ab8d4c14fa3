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
 * reported. A jump forwards is `adopted`, and one backwards if it is long; after a short one this clock is `ahead` of the
 * wall clock.
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

/**
 * A wall clock that is behind by more than this is followed back, in milliseconds: it was wrong before, and for as long
 * whatever happens would seem to be of the past. By less, this clock waits for it.
 */
export const SET_BACK = 60_000;

/** Node fires a longer timer at once: setTimeout keeps its delay in 31 bits. */
const MAX_DELAY = 2 ** 31 - 1;

const machine: TimeSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/** A clock of a pipeline; one that cannot be set back says nothing of it. */
export type SettableClock = SchedulerLike & Partial<Pick<LiveClock, 'setBack'>>;

/** A clock that may be set back, and says by how much it was, all times together. */
export interface LiveClock extends SchedulerLike {
  /** Milliseconds, since the start. To be asked after `now`, which is what notices. */
  readonly setBack: () => number;
}

/**
 * The clock of a live run, in epoch milliseconds. It starts at the wall clock and goes on with the monotonic one; a jump
 * of the wall clock by more than two seconds is reported to `onJump`. Forwards it is adopted, backwards only by more than
 * a minute: between two such jumps this clock never goes back. A delay beyond 24 days fires early: the caller compares what is due with `now()`, as with any timer.
 */
export function liveClock(onJump: (jump: Jump) => void, source: TimeSource = machine): LiveClock {
  let offset = source.wall() - source.monotonic();
  let told = 0;
  let back = 0;
  const now = (): number => {
    // In this order: a pause of the process between the two looks like a jump back, which is hardly ever adopted.
    const wall = source.wall();
    const elapsed = source.monotonic();
    const difference = wall - elapsed - offset;
    if (Math.abs(difference - told) > TOLERANCE) {
      const adopted = difference > TOLERANCE || difference < -SET_BACK;
      const by = Math.round(difference - told);
      if (adopted) offset += difference;
      if (adopted && difference < 0) back -= Math.floor(difference);
      told = adopted ? 0 : difference;
      onJump({ by, adopted, ahead: Math.max(0, Math.round(-told)) });
    }
    return Math.floor(elapsed + offset);
  };
  return {
    now,
    setBack: () => back,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, Math.min(delay, MAX_DELAY), state);
    },
  };
}
