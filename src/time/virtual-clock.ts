import {
  concatMap,
  from,
  Observable,
  type OperatorFunction,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';

/**
 * The clock of a replay: it stands at the time of the event being replayed and moves only when told to. What falls
 * due on the way (deadlines, assumed outcomes) happens at its own moment, before the event it precedes.
 */
export class VirtualClock extends VirtualTimeScheduler {
  #started = false;

  constructor() {
    super(VirtualAction, 0);
  }

  /** Moves on to `at` (epoch milliseconds); an earlier moment moves nothing. The first call sets the clock. */
  advanceTo(at: number): void {
    while (this.stepTo(at));
  }

  /** Moves on by one due action at most, and tells whether there was one: for callers who must wait in between. */
  stepTo(at: number): boolean {
    if (!this.#started) {
      this.#started = true;
      this.frame = at;
    }
    const due = this.actions[0];
    if (due !== undefined && due.delay <= at) {
      this.maxFrames = due.delay;
      this.flush();
      return true;
    }
    this.frame = Math.max(this.frame, at);
    return false;
  }
}

/** How fast a replay goes and what it waits for. */
export interface Pace {
  /** Resolves when every effect asked for so far has been performed; undefined if nothing is under way. */
  readonly settled: () => Promise<void> | undefined;
  /** Resolves when this moment of event time has come on the wall clock; undefined to go on at once. */
  readonly due: (at: number) => Promise<void> | undefined;
}

/**
 * Hands on every item of every batch by itself, with the clock at that item's time. With a `pace`, it waits after
 * every step for the effects it called for; without one it never leaves the current turn of the event loop.
 */
export function advanceClock<T extends { readonly at: number }>(
  clock: VirtualClock,
  pace?: Pace,
): OperatorFunction<readonly T[], readonly T[]> {
  if (pace !== undefined) return concatMap((batch) => from(inStep(batch, clock, pace)));
  return (source$) =>
    new Observable((subscriber) =>
      source$.subscribe({
        next: (batch) => {
          for (const item of batch) {
            clock.advanceTo(item.at);
            subscriber.next([item]);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
}

/** Runs what falls due until `at`, waiting for the effects of each step. */
export async function advanceInStep(clock: VirtualClock, at: number, pace: Pace): Promise<void> {
  await pace.due(at);
  while (clock.stepTo(at)) await pace.settled();
}

async function* inStep<T extends { readonly at: number }>(
  batch: readonly T[],
  clock: VirtualClock,
  pace: Pace,
): AsyncGenerator<readonly T[]> {
  for (const item of batch) {
    await advanceInStep(clock, item.at, pace);
    yield [item];
    await pace.settled();
  }
}
