import {
  BehaviorSubject,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  type OperatorFunction,
  scan,
  takeUntil,
  tap,
} from 'rxjs';
import type { Policy } from '../incidents/policy.ts';
import { movedBack } from '../incidents/rebase.ts';
import { type Input, reduceAll } from '../incidents/reduce.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { type CoreState, initial, nextDeadline } from '../incidents/state.ts';
import { caughtUp } from '../incidents/world.ts';
import type { Control, Evidence, Outcome, Storage, Tally, TallyAt } from '../model.ts';
import type { SettableClock } from '../time/live-clock.ts';
import { atDeadline } from './at-deadline.ts';

export type { Step };

/** Where the display tally comes from: only called where a message is composed. */
export interface TallySource {
  tally(now: number, since?: number): Tally;
}

export interface BreachOptions {
  readonly policy: Policy;
  readonly window: TallySource;
  /** Where to go on, as `boot` has prepared it. Without it everything begins healthy, at the first event. */
  readonly initial?: CoreState | undefined;
  /** What became of effects and of the store, and what operators ask for. */
  readonly inputs$: Observable<Outcome | Storage | Control>;
  /** At each of its events the present state is emitted as a step even if nothing follows from it, to be stored. */
  readonly checkpoint$?: Observable<unknown>;
  /** Has the sources emit what they have gathered. Called before anything but evidence is handled. */
  readonly drain?: () => void;
}

/**
 * Batches of evidence in, steps of the incidents out: those with effects or transitions, each with the state to store with
 * them, one for a batch. Debounced: one timer stands at the nearest deadline, on `clock`; deadlines due by an event's time
 * fire before it. When the clock has been set back, the state first is. If the process stood still past a deadline for longer than `blindAfter`, nothing was observed meanwhile.
 * Inputs must not come back while a step is being handled. When the source completes so does the result: the timer is
 * taken down, nothing more fires and no outcome is waited for. An error of any input passes through.
 */
export function breach(
  options: BreachOptions,
  clock: SettableClock,
): OperatorFunction<readonly Evidence[], Step> {
  const { policy, window, inputs$, checkpoint$ = EMPTY, drain = () => undefined } = options;
  const tally: TallyAt = (at, since) => window.tally(at, since);

  return (evidence$) =>
    defer(() => {
      const start: Scanned = { step: undefined, worth: false, back: clock.setBack?.() ?? 0 };
      const due$ = new BehaviorSubject(options.initial && nextDeadline(options.initial));
      const ticks$ = due$.pipe(
        distinctUntilChanged(),
        atDeadline(clock),
        map((at): Input => ({ type: 'tick', at })),
      );
      const others$ = merge(
        merge(inputs$, ticks$).pipe(map((input): Handled => ({ inputs: [input], isCheckpoint: false }))),
        checkpoint$.pipe(map((): Handled => ({ inputs: [], isCheckpoint: true }))),
      ).pipe(tap(drain));
      return evidence$.pipe(
        map((inputs): Handled => ({ inputs, isCheckpoint: false })),
        connect((handled$) => {
          const end$ = handled$.pipe(ignoreElements(), endWith(undefined));
          return merge(handled$, others$.pipe(takeUntil(end$)));
        }),
        scan((last: Scanned, { inputs, isCheckpoint }: Handled): Scanned => {
          const now = clock.now();
          const back = clock.setBack?.() ?? 0;
          const known = last.step?.state ?? options.initial ?? initial(policy.config, now);
          const before = movedBack(known, last.back - back);
          const state = isCheckpoint ? before : caughtUp(before, now, policy);
          const step = reduceAll(state, inputs, () => clock.now(), tally, policy);
          return {
            step,
            back,
            worth: isCheckpoint || step.effects.length > 0 || step.transitions.length > 0,
          };
        }, start),
        tap(({ step }) => {
          if (step !== undefined) due$.next(nextDeadline(step.state));
        }),
        filter(({ worth }) => worth),
        map(({ step }) => step),
        filter((step) => step !== undefined),
      );
    });
}

interface Handled {
  readonly inputs: readonly Input[];
  readonly isCheckpoint: boolean;
}

interface Scanned {
  readonly step: Step | undefined;
  readonly worth: boolean;
  /** By how much the clock had been set back, all times together. */
  readonly back: number;
}
