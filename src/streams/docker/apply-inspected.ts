import { HOLD, outOfMemory } from './apply-event.ts';
import { type ContainerRun, currentStart, initFromInspect, isDown } from './container-run.ts';
import type { Inspected } from './inspected.ts';
import { isBefore, isSameStart } from './same-start.ts';
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
    diedAt !== undefined &&
    isSameStart({ at: diedAt, after: run.startedAt }, finishedAt) &&
    startedAt < finishedAt;
  if (!isSameEnd) return;
  run.exitCode = exitCode;
  if (oomKilled && exitCode === 137 && !run.oom) outOfMemory(memory, run, diedAt);
}

/** The engine's count of restarts explains a start that is held back; else it is kept, to find starts without an event. */
function compareCount(run: ContainerRun, { startedAt, restartCount }: Inspected, now: number): void {
  const { held, check } = run;
  if (held !== undefined) {
    if (isSameStart(held, startedAt)) held.count = restartCount;
  } else if (check === undefined || check.startedAt <= startedAt)
    run.check = { startedAt, count: restartCount, due: now + 2 * HOLD };
}

/** Inspect decides, unless an event of a later run has come already. */
function correctState(memory: TrackerMemory, run: ContainerRun, found: Inspected, now: number): void {
  const { state, healthy, startedAt, finishedAt, exitCode } = found;
  const changed = memory.unannounced.has(run.id) || state !== run.state || healthy !== run.healthy;
  if (!changed || state === 'created' || isBefore(currentStart(run), startedAt)) return;
  run.healthy = healthy;
  if (isDown(state) && !isDown(run.state)) {
    run.diedAt = finishedAt;
    run.exitCode = exitCode;
  }
  emitStatus(memory, run, state, now);
}
