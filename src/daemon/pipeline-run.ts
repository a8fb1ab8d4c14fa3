import type { Logger } from 'pino';
import {
  asapScheduler,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  type MonoTypeOperatorFunction,
  type Observable,
  observeOn,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import { createClassifier } from '../classify/classifier.ts';
import type { Config } from '../config/config.ts';
import { type Policy, policyOf } from '../incidents/policy.ts';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import type { CoreState } from '../incidents/state.ts';
import type { Control, Effect, Observation, Outcome, Storage } from '../model.ts';
import type { EntryStore } from '../operators/classify.ts';
import type { EffectTaker } from '../operators/perform.ts';
import type { RollingWindow } from '../operators/rolling-window.ts';
import { pipeline } from '../pipeline.ts';
import type { Store } from '../state/store.ts';
import { drain } from '../streams/merge-sources.ts';
import { configuredSources } from '../streams/registry.ts';
import { silenceSource } from '../streams/silence.ts';
import type { SourceStatus } from '../streams/source.ts';
import type { SettableClock } from '../time/live-clock.ts';
import { checkpoints } from './checkpoint.ts';
import type { Member } from './fleet.ts';
import type { History } from './history.ts';
import type { Recorder } from './recorder.ts';
import type { Positions } from './stored-positions.ts';

/** What goes on from one run to the next: how far was read, what has been counted, and what the core knows. */
export interface Carried {
  readonly positions: Positions;
  readonly entries: EntryStore;
  readonly window: RollingWindow;
  readonly core: CoreState;
}

export interface PipelineRunParts {
  /** Harmless lines are wanted one by one, too: they are recorded. */
  readonly everyLine: boolean;
  readonly config: Config;
  readonly carried: Carried;
  readonly store: Pick<Store, 'commit' | 'health'>;
  /** Names of the channels that an effect is owed to, of those that a reload has left. */
  readonly channelsOf: (effect: Effect) => readonly string[];
  /** Passes on what is read, and records it where that is wanted. */
  readonly seen: Recorder['seen'];
  readonly history: Pick<History, 'see' | 'found$' | 'follow'>;
  readonly fleet: Pick<Member, 'beside' | 'rows' | 'stored'>;
  readonly outcomes$: Observable<Outcome>;
  readonly commands$: Observable<Control>;
  /** Takes the effects of committed steps. */
  readonly effects: EffectTaker;
  readonly clock: SettableClock;
  readonly log: Logger;
}

/** The pipeline under one configuration. `steps$` is cold and for one subscriber. */
export interface PipelineRun {
  readonly policy: Policy;
  readonly steps$: Observable<Step>;
  /** Stores the present state though nothing has followed from it. */
  readonly checkpoint: () => void;
  /**
   * Ends reading at a checkpoint and returns where a next run begins: what arrives from now on is read by that one.
   * `steps$` then completes; with `hearOutcomes` not before the last outcome has been handled and stored.
   */
  readonly leave: (hearOutcomes: boolean) => Carried;
  /** What has been counted, and what the core knows: as it is now. */
  readonly state: () => Omit<Carried, 'positions'>;
  readonly sources: () => readonly SourceStatus[];
}

/** States of an incident that somebody who asks the journal for warnings wants to see. */
const WORTH_A_LOOK: ReadonlySet<string> = new Set(['open', 'escalated']);

/** Builds the live pipeline from a configuration and what an earlier run, of this process or the last, has left. */
export function pipelineRun(parts: PipelineRunParts): PipelineRun {
  const { config, carried, store, outcomes$, commands$, clock, log } = parts;
  const { entries, window } = carried;
  const policy = policyOf(config);
  const classifier = createClassifier(config.classify.rules);
  const context = { config, clock, log, ...(parts.everyLine ? {} : { skim: classifier.skim }) };
  const read = configuredSources(config).map((source) =>
    source.open(context, carried.positions.get(source.id)),
  );
  const sources = [...read, silenceSource(read, config.window, clock)];
  const checkpoint$ = new Subject<void>();
  const storage$ = new Subject<Storage>();
  const leaving$ = new Subject<void>();
  /** Where reading was ended: what still arrives then is not counted, and is read again. */
  let left: Positions | undefined;
  let core = carried.core;
  /** Something has been read since the last commit. */
  let isChanged = true;
  /** That the window has no room for all messages has been said. */
  let isTold = false;
  let rest$: Observable<never> = EMPTY;
  const positions = (): Positions => new Map(read.map((source) => [source.id, source.position()]));
  const changeOf = checkpoints({
    positions: () => left ?? positions(),
    entries,
    window,
    policy,
    channelsOf: parts.channelsOf,
  });
  const asRead: MonoTypeOperatorFunction<readonly Observation[]> = (batches$) =>
    concat(
      batches$.pipe(
        tap(() => (isChanged = true)),
        parts.seen,
        takeUntil(leaving$),
      ),
      defer(() => rest$),
    );

  /** On a quiet host nothing has changed since the last second, and finding that out is most of what a second costs. */
  function write(step: Step): boolean {
    const change = isChanged || step.state !== core ? changeOf(step, clock.now()) : {};
    const durable = store.commit({ ...change, fleet: parts.fleet.rows(step) });
    if (durable) parts.fleet.stored();
    isChanged = false;
    core = step.state;
    tellStorage(step, durable);
    parts.history.follow(step);
    if (window.forgotten > 0 && !isTold) {
      isTold = true;
      log.warn('more distinct messages in the window than there is room for: the oldest are only counted');
    }
    for (const { incident, from, to, reason } of step.transitions)
      log[WORTH_A_LOOK.has(to) ? 'warn' : 'info'](
        { incident, from, to, ...(to === 'open' && reachedBy(incident)) },
        reason,
      );
    return durable;
  }

  /** Tells the core whether its state can be stored, where it takes that for otherwise. */
  function tellStorage({ effects, state }: Step, durable: boolean): void {
    if (durable === (state.unstored === undefined)) return;
    const problem = durable ? '' : (store.health().problem ?? 'it cannot be written');
    const withheld = durable ? undefined : effects.find(({ kind }) => kind === 'heal')?.id;
    storage$.next({ type: 'storage', at: clock.now(), problem, ...(withheld !== undefined && { withheld }) });
  }

  /** Which limits an incident has reached, with their counts, and by which containers. */
  function reachedBy(id: string): object {
    const open = Object.values(core.keys).find(({ incident }) => incident?.id === id)?.incident;
    return open === undefined ? {} : { reached: reasonText(open.breaches), containers: open.subjects };
  }

  const steps$ = pipeline(
    {
      sources,
      asRead,
      classifier,
      entries,
      observer: parts.fleet.beside(parts.history),
      advanceClock: (evidence$) => evidence$,
      window,
      policy,
      initial: core,
      outcomes$,
      storage$: storage$.pipe(observeOn(asapScheduler)),
      commands$,
      checkpoint$,
      store: write,
      effects: parts.effects,
      log,
    },
    clock,
  );
  return {
    policy,
    steps$,
    checkpoint: () => checkpoint$.next(),
    leave: (hearOutcomes) => {
      if (left === undefined) {
        drain(sources);
        left = positions();
        checkpoint$.next();
        if (hearOutcomes) rest$ = outcomes$.pipe(ignoreElements());
        leaving$.next();
      }
      return { positions: left, entries, window, core };
    },
    state: () => ({ entries, window, core }),
    sources: () => read.map((source) => source.status()),
  };
}
