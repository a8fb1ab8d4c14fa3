import type { ContainerRun } from './container-run.ts';
import { isTask } from './identity.ts';

/** How a task of swarm ended that nobody had stopped. */
export interface TaskEnd {
  readonly exitCode: number | undefined;
  readonly oom: boolean;
  /** Swarm stopped it for its health check. */
  readonly unhealthy: boolean;
}

/**
 * The end of a task, for the one that takes its place; nothing of a container that is none, runs, or was stopped on purpose.
 * Swarm stops a task whose health check fails as an operator would.
 */
export function endOfTask(run: ContainerRun): readonly (readonly [container: string, end: TaskEnd])[] {
  const { container, name, labels, state, touched, healthy, exitCode, oom } = run;
  if (!isTask(name, labels) || state !== 'exited' || (touched && healthy)) return [];
  return [[container, { exitCode, oom, unhealthy: touched }]];
}

/** The slots that are empty since their task has ended, or whose new task has yet to be explained. */
export function endedTasks(runs: readonly ContainerRun[]): Map<string, TaskEnd> {
  const ended = new Map(runs.flatMap(endOfTask));
  for (const { container, state, held } of runs)
    if (state !== 'exited' && held === undefined) ended.delete(container);
  return ended;
}
