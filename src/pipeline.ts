import {
  EMPTY,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  pipe,
} from 'rxjs';
import type { Classifier } from './classify/classifier.ts';
import type { Policy } from './incidents/policy.ts';
import type { Step } from './incidents/reducer-context.ts';
import type { CoreState } from './incidents/state.ts';
import type { Log } from './log.ts';
import type { Control, Evidence, Judged, Observation, Outcome, Storage } from './model.ts';
import { breach } from './operators/breach.ts';
import { classify, classifyWithActivity, type EntryStore } from './operators/classify.ts';
import { commit } from './operators/commit.ts';
import { killOnce } from './operators/kill-once.ts';
import { observe, type Observer } from './operators/observe.ts';
import { type EffectTaker, perform } from './operators/perform.ts';
import { type RollingWindow, rollingWindow } from './operators/rolling-window.ts';
import { drain, mergeSources } from './streams/merge-sources.ts';
import type { Source } from './streams/source.ts';
import type { SettableClock } from './time/live-clock.ts';

/** What differs between a live run and a replay: the sources, the clock, the store, and who performs effects. */
export interface Parts {
  readonly sources: readonly Source[];
  /** What is to be done with the batches as they are read: record them, watch how far they have come. */
  readonly asRead: MonoTypeOperatorFunction<readonly Observation[]>;
  readonly classifier: Classifier;
  readonly entries: EntryStore;
  /** Gathers what has been judged for the history, if one is kept. */
  readonly observer?: Observer;
  /** Brings the clock to the time of what passes; live, where the clock moves by itself, nothing. */
  readonly advanceClock: MonoTypeOperatorFunction<readonly Evidence[]>;
  readonly window: RollingWindow;
  readonly policy: Policy;
  readonly initial?: CoreState | undefined;
  readonly outcomes$: Observable<Outcome>;
  readonly storage$?: Observable<Storage>;
  readonly commands$: Observable<Control>;
  readonly checkpoint$: Observable<unknown>;
  /** Writes positions, counts, the new state and the effects it calls for in one transaction; whether to disk. */
  readonly store: (step: Step) => boolean;
  readonly effects: EffectTaker;
  readonly log: Log;
}

/** The whole flow, from lines to effects: one batch, one step, one transaction. The clock comes last. */
export function pipeline(parts: Parts, clock: SettableClock): Observable<Step> {
  const { sources } = parts;
  return mergeSources(sources).pipe(
    parts.asRead,
    judge(parts),
    decide(parts, () => drain(sources), clock),
  );
}

/** What decides, which of the parts has nothing to do with where evidence comes from. */
export type DecidingParts = Omit<Parts, 'sources' | 'asRead' | 'classifier' | 'entries' | 'observer'>;

/** The flow from evidence on. `drainAll` has the sources emit what they have gathered. */
export function decide(
  parts: DecidingParts,
  drainAll: () => void,
  clock: SettableClock,
): OperatorFunction<readonly Evidence[], Step> {
  const { window, policy, initial, checkpoint$ } = parts;
  const inputs$ = merge(parts.outcomes$, parts.storage$ ?? EMPTY, parts.commands$);
  return pipe(
    parts.advanceClock,
    rollingWindow(window, clock),
    breach({ policy, window, initial, inputs$, checkpoint$, drain: drainAll }, clock),
    commit(parts.store),
    perform(parts.effects, parts.log),
  );
}

function judge({
  classifier,
  entries,
  observer,
}: Parts): OperatorFunction<readonly Observation[], readonly Evidence[]> {
  if (observer === undefined) return pipe(classify(classifier, entries), killOnce<Evidence>());
  return pipe(classifyWithActivity(classifier, entries), killOnce<Judged>(), observe(observer));
}
