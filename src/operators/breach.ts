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
  scan,
  takeUntil,
  tap,
} from 'rxjs';
import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import type { Config } from '../config/config.ts';
import type { Control, Evidence, Outcome, Rule, Tally } from '../model.ts';
import { atDeadline } from './at-deadline.ts';
import { policyOf } from '../incidents/policy.ts';
import { caughtUp } from '../incidents/world.ts';
import { reduce } from '../incidents/reduce.ts';
import type { Input } from '../incidents/reduce.ts';
import { initial, nextDeadline } from '../incidents/state.ts';
import type { CoreState } from '../incidents/state.ts';
import type { Step } from '../incidents/turn.ts';
import { oneByOne } from './one-by-one.ts';
import { rulesOf } from '../incidents/rules.ts';

export type { Step };

/** Where the display tally comes from: asked for only when a story is told. */
export interface TallySource {
  tally(now: number): Tally;
}

export interface BreachOptions {
  readonly config: Config;
  /** Default: the rules of the configuration. */
  readonly rules?: readonly Rule[];
  readonly window: TallySource;
  /** Where to go on, as `boot` has prepared it. Without it everything begins healthy, at the first event. */
  readonly initial?: CoreState;
  readonly outcomes$: Observable<Outcome>;
  readonly controls$?: Observable<Control>;
  /** At each of its events a step with the present state is emitted even if nothing follows from it, to be stored. */
  readonly save$?: Observable<unknown>;
}

/**
 * Evidence in, steps of the incidents out: those with effects or transitions, each with the state to store with them.
 * One timer stands at the nearest deadline, on `clock`; deadlines due by an event's time fire before it. If the process
 * stood still past a deadline for longer than `blindAfter`, nothing was seen meanwhile and it is taken so. When the
 * source completes so does the result: the timer is taken down, nothing more fires and no outcome is waited for. An error
 * of any input passes through.
 */
export function breach(
  options: BreachOptions,
  clock: SchedulerLike,
): OperatorFunction<readonly Evidence[], Step> {
  const { config, rules = rulesOf(config), window, outcomes$, controls$ = EMPTY, save$ = EMPTY } = options;
  const policy = policyOf(config, rules);
  const tally = (at: number): Tally => window.tally(at);
  const idle = (state: CoreState): Step => ({ state, effects: [], transitions: [], incidents: [] });

  return (source$) =>
    defer(() => {
      const due$ = new BehaviorSubject(options.initial && nextDeadline(options.initial));
      const ticks$ = due$.pipe(
        distinctUntilChanged(),
        atDeadline(clock),
        map((at): Input => ({ type: 'tick', at })),
      );
      const advance = (step: Step | undefined, input: Input | Save): Step => {
        const state = step?.state ?? options.initial ?? initial(config, clock.now());
        if (input.type === 'save') return idle(state);
        return reduce(caughtUp(state, clock.now(), policy), input, clock.now(), tally, policy);
      };
      return source$.pipe(
        connect((shared$) => {
          const end$ = shared$.pipe(ignoreElements(), endWith(undefined));
          const others$ = merge(outcomes$, controls$, save$.pipe(map(() => SAVE)), ticks$);
          return merge(shared$.pipe(oneByOne()), others$.pipe(takeUntil(end$)));
        }),
        // Inputs and not batches are scanned: an outcome that comes back while a step is handled goes on from that step.
        scan((last: Scanned, input: Input | Save): Scanned => {
          const step = advance(last.step, input);
          return {
            step,
            worth: input.type === 'save' || step.effects.length > 0 || step.transitions.length > 0,
          };
        }, START),
        tap(({ step }) => {
          if (step !== undefined) due$.next(nextDeadline(step.state));
        }),
        filter(({ worth }) => worth),
        map(({ step }) => step),
        filter((step) => step !== undefined),
      );
    });
}

const SAVE = { type: 'save' } as const;

type Save = typeof SAVE;

interface Scanned {
  readonly step: Step | undefined;
  readonly worth: boolean;
}

const START: Scanned = { step: undefined, worth: false };
