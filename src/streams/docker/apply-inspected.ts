import { HOLD, outOfMemory } from './apply-event.ts';
import { type ContainerRun, initFromInspect, isDown, restartsMade } from './container-run.ts';
import type { Inspected } from './inspected.ts';
import { START_SLACK } from './restart-cause.ts';
import { addRun, emitStatus, renameRun, type TrackerMemory } from './tracker-memory.ts';

/** Brings a container up to what inspect says of it; `now` (epoch milliseconds) is when inspect was called. */
export function applyInspected(memory: TrackerMemory, found: Inspected, now: number): void {
  const known = memory.runs.get(found.id);
  const run = known ?? addRun(memory, found.id, found.name, found.labels);
  run.labels = found.labels;
  run.policy = found.policy;
  run.autoRemove = found.autoRemove;
  if (known === undefined) {
    initFromInspect(run, found);
    if (found.state !== 'created') emitStatus(memory, run, found.state, now);
    return;
  }
  if (found.name !== run.name) renameRun(memory, run, found.name, now);
  correctEnd(memory, run, found);
  compareCount(run, found, now);
  correctState(memory, run, found, now);
}

/** Of the run that has ended, inspect knows the exit code for sure, and whether memory ran out. */
function correctEnd(
  memory: TrackerMemory,
  run: ContainerRun,
  { startedAt, finishedAt, exitCode, oomKilled }: Inspected,
): void {
  const { diedAt } = run;
  const isSameEnd =
    diedAt !== undefined && Math.abs(finishedAt - diedAt) < START_SLACK && startedAt < finishedAt;
  if (!isSameEnd) return;
  run.exitCode = exitCode;
  if (oomKilled && exitCode === 137 && !run.oom) outOfMemory(memory, run, diedAt);
}

/** The engine's count of restarts explains a start that is held back; else it is kept, to find starts without an event. */
function compareCount(run: ContainerRun, found: Inspected, now: number): void {
  const { startedAt } = found;
  const count = restartsMade(found);
  if (run.held === undefined) run.check = { startedAt, count, due: now + 2 * HOLD };
  else if (Math.abs(run.held.at - startedAt) <= START_SLACK) run.held.count = count;
}

/** Inspect decides, unless an event of a later run has come already. */
function correctState(memory: TrackerMemory, run: ContainerRun, found: Inspected, now: number): void {
  const { state, healthy, startedAt, finishedAt, exitCode } = found;
  const changed = memory.unannounced.has(run.id) || state !== run.state || healthy !== run.healthy;
  if (!changed || state === 'created' || run.startedAt > startedAt + START_SLACK) return;
  run.healthy = healthy;
  if (isDown(state) && !isDown(run.state)) {
    run.diedAt = finishedAt;
    run.exitCode = exitCode;
  }
  emitStatus(memory, run, state, now);
}
