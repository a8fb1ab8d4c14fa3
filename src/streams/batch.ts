import type { SchedulerLike, Subscription } from 'rxjs';
import type { Observation, Origin, HarmlessRun } from '../model.ts';

/** How long observations are gathered before they are handed on together, in milliseconds. */
const GATHER = 5;

/** A batch this large is handed on as soon as what is being read at the moment has been dealt with. */
const LARGEST = 4_096;

/**
 * Gathers observations so that what comes after is called once a batch and not once a line. Nothing is handed on while
 * an observation is being pushed: whoever pushes may change its own state and push in any order within one task, and
 * both are seen together.
 */
export interface Batch {
  readonly push: (observation: Observation) => void;
  /** One more harmless line of a stream, from `at` (epoch milliseconds): the run of such lines is one observation. */
  readonly quiet: (origin: Origin, at: number) => void;
  /** Hands on what there is now. */
  readonly flush: () => void;
  /** Whether everything that was pushed has been handed on. While a batch is being handed on, it has been. */
  readonly isEmpty: () => boolean;
  /** Hands on nothing more. */
  readonly close: () => void;
  /** The time, epoch milliseconds: while a batch is being gathered that of its beginning. Asking the clock for every line would cost more than judging it. */
  readonly now: () => number;
}

export function batch(hand: (observations: readonly Observation[]) => void, clock: SchedulerLike): Batch {
  let gathered: Observation[] = [];
  let timer: Subscription | undefined;
  let began = 0;
  let closed = false;
  /** The run that each stream's next harmless line belongs to. */
  const runs = new Map<Origin, { -readonly [K in keyof HarmlessRun]: HarmlessRun[K] }>();
  return {
    push,
    quiet,
    flush,
    isEmpty: () => gathered.length === 0,
    close: () => {
      closed = true;
      timer?.unsubscribe();
    },
    now: () => (timer === undefined ? clock.now() : began),
  };

  function quiet(origin: Origin, at: number): void {
    const run = runs.get(origin);
    if (run === undefined) {
      const begun: HarmlessRun = { type: 'quiet', origin, lines: 1, from: at, at };
      runs.set(origin, begun);
      push(begun);
    } else {
      run.lines++;
      run.at = at;
    }
  }

  function push(observation: Observation): void {
    if (observation.type === 'line') runs.delete(observation.origin);
    gathered.push(observation);
    if (gathered.length === LARGEST) queueMicrotask(flush);
    if (timer === undefined && !closed) {
      began = clock.now();
      timer = clock.schedule(flush, GATHER);
    }
  }

  function flush(): void {
    timer?.unsubscribe();
    timer = undefined;
    if (closed || gathered.length === 0) return;
    const full = gathered;
    gathered = [];
    runs.clear();
    hand(full);
  }
}
