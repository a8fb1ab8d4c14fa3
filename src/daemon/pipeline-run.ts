import type { Logger } from 'pino';
import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  Observable,
  type SchedulerLike,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { Config } from '../config/config.ts';
import type { Control, Outcome } from '../model.ts';
import type { EntryStore } from '../operators/classify.ts';
import { createClassifier } from '../classify/classifier.ts';
import { policyOf } from '../incidents/policy.ts';
import type { CoreState } from '../incidents/state.ts';
import type { Step } from '../incidents/turn.ts';
import type { RollingWindow } from '../operators/rolling-window.ts';
import { pipeline } from '../pipeline.ts';
import type { Store } from '../state/store.ts';
import type { Endpoint } from '../streams/docker/endpoint.ts';
import { followDocker, type FollowState, type LiveStatus } from '../streams/docker/follow-docker.ts';
import { wedgeForTest } from '../systemd/wedge-for-test.ts';
import { checkpoints } from './checkpoint.ts';
import type { Recorder } from './recorder.ts';
import { selfId } from '../streams/docker/self-id.ts';
import { transactions } from './transactions.ts';

/** What goes on from one session to the next: where reading is, what has been counted, and what the core knows. */
export interface Carried {
  readonly follow: FollowState | undefined;
  readonly entries: EntryStore;
  readonly window: RollingWindow;
  readonly core: CoreState;
}

export interface SessionParts {
  /** Harmless lines are wanted one by one, too: they are recorded. */
  readonly everyLine: boolean;
  readonly config: Config;
  readonly carried: Carried;
  readonly endpoint: Endpoint;
  readonly store: Pick<Store, 'commit'>;
  /** Names of the alert channels: each owes a delivery of every alert. */
  readonly channels: readonly string[];
  /** Lets pass what is taken in. */
  readonly seen: Recorder['seen'];
  readonly outcomes$: Observable<Outcome>;
  readonly controls$: Observable<Control>;
  /** Has the effects of a step performed, once it was committed; `durable` tells whether to disk. */
  readonly perform: (step: Step, durable: boolean) => void;
  readonly clock: SchedulerLike;
  readonly log: Logger;
}

/** The pipeline under one configuration. `steps$` is cold and for one subscriber. */
export interface Session {
  readonly config: Config;
  readonly steps$: Observable<Step>;
  /** Stores the present state though nothing has followed from it. */
  readonly save: () => void;
  /**
   * Ends reading at a checkpoint and says where a next session begins: what arrives from now on is read by that one.
   * `steps$` then completes; with `hearOutcomes` not before the last outcome has been taken in and stored.
   */
  readonly leave: (hearOutcomes: boolean) => Carried;
  readonly core: () => CoreState;
  readonly following: () => LiveStatus;
}

/** States of an incident that somebody who asks the journal for warnings wants to see. */
const WORTH_A_LOOK: ReadonlySet<string> = new Set(['open', 'escalated']);

/** Builds the live pipeline from a configuration and what an earlier session, of this process or the last, has left. */
export function session(parts: SessionParts): Session {
  const { config, carried, endpoint, store, outcomes$, clock, log } = parts;
  const { entries, window } = carried;
  const classifier = createClassifier(config.classify.rules);
  const live = followDocker({
    endpoint,
    containers: config.containers,
    window: config.window,
    restarts: config.restarts,
    log,
    clock,
    saved: carried.follow,
    selfId: selfId(),
    ...(parts.everyLine ? {} : { skim: classifier.skim }),
  });
  /** Where following was left: what still arrives then is not counted, and is read again. */
  let left: FollowState | undefined;
  let core = carried.core;
  let durable = false;
  /** Something has been read since the last commit. */
  let heard = true;
  let rest$: Observable<never> = EMPTY;
  const leaving$ = new Subject<void>();
  const save$ = new Subject<void>();
  const checkpoint = checkpoints({
    follow: () => left ?? live.snapshot(),
    entries,
    window,
    policy: policyOf(config),
    channels: parts.channels,
  });
  const { whole, take, save } = transactions({
    gather: () => {
      if (left === undefined) live.flush();
      save$.next();
    },
    commit: (step) => {
      // On a quiet host nothing has changed since the last second, and finding that out is most of what a second costs.
      const unchanged = !heard && step.state === core;
      durable = store.commit(unchanged ? {} : checkpoint(step, clock.now()));
      heard = false;
      core = step.state;
      for (const { incident, from, to, reason } of step.transitions)
        log[WORTH_A_LOOK.has(to) ? 'warn' : 'info']({ incident, from, to }, reason);
    },
    perform: (step) => parts.perform(step, durable),
  });
  const steps$ = pipeline(
    {
      config,
      source$: concat(
        live.observations$.pipe(
          tap(() => (heard = true)),
          whole,
          parts.seen,
          takeUntil(leaving$),
        ),
        defer(() => rest$),
      ),
      classifier,
      entries,
      window,
      core,
      onTime: (evidence$) => evidence$,
      outcomes$,
      controls$: parts.controls$,
      save$: save$.pipe(wedgeForTest(clock)),
      carryOut: take,
    },
    clock,
  );
  return {
    config,
    steps$,
    save,
    leave: (hearOutcomes) => {
      if (left === undefined) {
        left = live.snapshot();
        save();
        if (hearOutcomes) rest$ = outcomes$.pipe(ignoreElements());
        leaving$.next();
      }
      return { follow: left, entries, window, core };
    },
    core: () => core,
    following: () => live.status(),
  };
}
