import { type MonoTypeOperatorFunction, type Observable, type SchedulerLike, tap } from 'rxjs';
import type { Config } from './config/config.ts';
import type { Control, Evidence, Observation, Outcome } from './model.ts';
import { breach } from './operators/breach.ts';
import { classify, type EntryStore } from './operators/classify.ts';
import type { Classifier } from './classify/classifier.ts';
import type { CoreState } from './incidents/state.ts';
import type { Step } from './incidents/turn.ts';
import { rulesOf } from './incidents/rules.ts';
import { type RollingWindow, rollingWindow } from './operators/rolling-window.ts';

/** What differs between a live run and a replay: where lines come from, which clock, which sinks. */
export interface Parts {
  readonly config: Config;
  readonly source$: Observable<readonly Observation[]>;
  readonly classifier: Classifier;
  readonly entries: EntryStore;
  readonly window: RollingWindow;
  readonly core?: CoreState;
  /** Brings the clock to the time of what passes; live, where the clock moves by itself, nothing. */
  readonly onTime: MonoTypeOperatorFunction<readonly Evidence[]>;
  readonly outcomes$: Observable<Outcome>;
  readonly controls$: Observable<Control>;
  /** Asks for the present state to be stored, though nothing follows from it. */
  readonly save$: Observable<unknown>;
  /** Writes the new state and the effects it calls for in one transaction, then has them performed, one at a time. */
  readonly carryOut: (step: Step) => void;
}

/** The whole flow, from lines to effects. The clock comes last. */
export function pipeline(parts: Parts, clock: SchedulerLike): Observable<Step> {
  const { config, window, core, outcomes$, controls$, save$ } = parts;
  const decide = { config, rules: rulesOf(config), window, outcomes$, controls$, save$ };
  return parts.source$.pipe(
    classify(parts.classifier, parts.entries),
    parts.onTime,
    rollingWindow(window, clock),
    breach(core === undefined ? decide : { ...decide, initial: core }, clock),
    tap(parts.carryOut),
  );
}
