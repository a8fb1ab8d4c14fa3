import { BehaviorSubject, concatMap, type Observable } from 'rxjs';
import type { Config } from '../config/config.ts';
import { policyOf } from '../incidents/policy.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { withLimits } from './reload.ts';
import type { Carried, PipelineRun } from './pipeline-run.ts';

/** The run under the present configuration, and those that follow it after a reload, as one stream of steps. */
export interface PipelineRuns {
  readonly steps$: Observable<Step>;
  readonly current: () => PipelineRun;
  readonly config: () => Config;
  /** Goes over to another configuration, at a checkpoint. */
  readonly replace: (config: Config) => void;
  /** Ends reading; `steps$` completes once the last outcome has been handled and stored. */
  readonly end: () => void;
  /** Ends everything with an error, which `steps$` passes on. */
  readonly fail: (error: unknown) => void;
}

/** `begin` builds a run from a configuration and what the one before has left. */
export function pipelineRuns(
  begin: (config: Config, carried: Carried) => PipelineRun,
  config: Config,
  restored: Carried,
): PipelineRuns {
  const runs$ = new BehaviorSubject(begin(config, restored));
  let present = config;
  return {
    steps$: runs$.pipe(concatMap((run) => run.steps$)),
    current: () => runs$.value,
    config: () => present,
    replace: (wanted) => {
      const carried = runs$.value.leave(false);
      present = wanted;
      runs$.next(begin(wanted, { ...carried, core: withLimits(carried.core, policyOf(wanted)) }));
    },
    end: () => {
      runs$.value.leave(true);
      runs$.complete();
    },
    fail: (error) => runs$.error(error),
  };
}
