import type { SchedulerLike, Subscription } from 'rxjs';
import type { EngineClock } from './engine-clock.ts';
import type { RestartObservation, RestartTracker } from './tracker.ts';

/** Nothing that the tracker holds is held for longer than this, in milliseconds, whatever the clocks do. */
const LONGEST_HOLD = 250;

export interface TrackerFeedParts {
  readonly tracker: RestartTracker;
  /** Gets what is observed, in our time. */
  readonly push: (observation: RestartObservation) => void;
  readonly clock: SchedulerLike;
  /** The engine's: the tracker knows no other. */
  readonly theirs: EngineClock;
  readonly signal: AbortSignal;
}

/** Passes on what the tracker observes, and calls it again when a start that it holds back is to be explained. */
export interface TrackerFeed {
  push(observed: readonly RestartObservation[]): void;
  /** Passes on what has come due by now. */
  flush(): void;
}

export function trackerFeed({ tracker, push, clock, theirs, signal }: TrackerFeedParts): TrackerFeed {
  /** One timer, for the nearest. */
  let timer: Subscription | undefined;
  signal.addEventListener('abort', () => timer?.unsubscribe(), { once: true });
  return {
    push: pushAll,
    flush: () => {
      for (const observation of tracker.due(theirs.now())) hand(observation);
    },
  };

  function pushAll(observed: readonly RestartObservation[]): void {
    for (const observation of observed) hand(observation);
    timer?.unsubscribe();
    const next = tracker.nextDue();
    if (next === undefined || signal.aborted) return;
    const wait = Math.min(Math.max(0, next - theirs.now()) + 1, LONGEST_HOLD);
    timer = clock.schedule(() => pushAll(tracker.due(Math.max(next, theirs.now()))), wait);
  }

  function hand(observation: RestartObservation): void {
    push(theirs.offset === 0 ? observation : { ...observation, at: theirs.toOurs(observation.at) });
  }
}
