import type { SchedulerLike, Subscription } from 'rxjs';
import type { Observation } from '../model.ts';

/** How long observations are gathered before they are handed on together, in milliseconds. */
const GATHER = 5;

/** A batch this large is handed on at once. */
const LARGEST = 4_096;

/** Gathers observations so that what comes after is called once a batch and not once a line. */
export interface Batch {
  readonly push: (observation: Observation) => void;
  /** Hands on what there is now. */
  readonly flush: () => void;
}

export function batch(hand: (observations: readonly Observation[]) => void, clock: SchedulerLike): Batch {
  let gathered: Observation[] = [];
  let timer: Subscription | undefined;
  return { push, flush };

  function push(observation: Observation): void {
    gathered.push(observation);
    if (gathered.length >= LARGEST) flush();
    else timer ??= clock.schedule(flush, GATHER);
  }

  function flush(): void {
    timer?.unsubscribe();
    timer = undefined;
    if (gathered.length === 0) return;
    const full = gathered;
    gathered = [];
    hand(full);
  }
}
