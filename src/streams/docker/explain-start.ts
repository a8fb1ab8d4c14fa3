import type { RestartCause } from '../../model.ts';
import {
  type ContainerRun,
  currentStart,
  type Held,
  isFirstStart,
  isOneOff,
  signal,
} from './container-run.ts';
import { restartCause, restartText } from './restart-cause.ts';
import { isAfter, isBefore } from './same-start.ts';
import type { TrackerMemory } from './tracker-memory.ts';

/** A start with what is known of it. */
type Explained = Omit<Held, 'due' | 'after'>;

/** Explains and checks what has come due by `now` (epoch milliseconds). */
export function explainDue(memory: TrackerMemory, now: number): void {
  for (const run of memory.runs.values()) {
    if (run.held !== undefined && run.held.due <= now) explainStart(memory, run);
    if (run.check !== undefined && run.held === undefined && run.check.due <= now) {
      const { check } = run;
      delete run.check;
      countUnseen(memory, run, check);
    }
  }
}

/** When the next of them comes due; undefined while nothing is held. */
export function nextDueOf({ runs }: TrackerMemory): number | undefined {
  let next = Infinity;
  for (const { held, check } of runs.values()) next = Math.min(next, held?.due ?? check?.due ?? Infinity);
  return next === Infinity ? undefined : next;
}

/** Says why a start that was held back has happened, if it was one that needs a reason. */
export function explainStart(memory: TrackerMemory, run: ContainerRun): void {
  const { held } = run;
  if (held === undefined) return;
  delete run.held;
  explain(memory, run, held);
}

/** Counts restarts without an event: the engine's count has grown, or the run is not the one that is known. */
function countUnseen(
  memory: TrackerMemory,
  run: ContainerRun,
  { startedAt: at, count }: NonNullable<ContainerRun['check']>,
): void {
  const known = currentStart(run);
  if (isBefore(known, at)) return;
  if (isAfter(known, at)) {
    const sawEnd = run.diedAt !== undefined && run.diedAt >= run.startedAt && run.diedAt <= at;
    const end = sawEnd ? { diedAt: run.diedAt, exitCode: run.exitCode } : {};
    const { touched, oom } = run;
    explain(memory, run, { at, first: isFirstStart(run), manual: false, touched, oom, count, ...end });
    Object.assign(run, { startedAt: at, startedAfter: undefined, accountedAt: at });
    Object.assign(run, { created: false, touched: false, oom: false });
  } else if (run.count === undefined || count <= run.count) run.count = count;
  else explain(memory, run, { ...UNSEEN, at, count });
}

/** A start of which nothing is known but that the engine has counted it. */
const UNSEEN = { first: false, manual: false, touched: false, oom: false };

function explain(memory: TrackerMemory, run: ContainerRun, start: Explained): void {
  const counted = countedSince(run.count, start.count);
  const { policy } = run;
  const replaces = run.replaces && !isOneOff(run);
  const task = replaces ? memory.ended.get(run.container) : undefined;
  memory.ended.delete(run.container);
  const { engineLostAt, engineBackAt } = memory;
  const cause = restartCause({ ...start, policy, replaces, task, counted, engineLostAt, engineBackAt });
  const own = cause === 'crash' || cause === 'policy' || cause === 'oom';
  run.count = start.count ?? (own && run.count !== undefined ? run.count + 1 : own ? undefined : 0);
  run.replaces = false;
  const times = own && counted !== undefined && counted > 1 ? counted : 1;
  if (cause !== undefined)
    for (let i = 0; i < times; i++)
      restarted(memory, run, start.at, cause, task === undefined ? start.exitCode : task.exitCode);
}

/** How many policy restarts the engine has counted more than we have: a start by hand sets its count back. */
function countedSince(ours: number | undefined, theirs: number | undefined): number | undefined {
  if (ours === undefined || theirs === undefined) return undefined;
  return theirs < ours ? theirs : theirs - ours;
}

function restarted(
  { source, count, onRestart, out }: TrackerMemory,
  run: ContainerRun,
  at: number,
  cause: RestartCause,
  exitCode: number | undefined,
): void {
  const text = restartText(cause, exitCode);
  const counted = count.includes(cause);
  onRestart?.({ at, container: run.container, cause, text, counted });
  if (counted) out.push({ ...signal(source, run, at, 'restart', 'docker:restart', text), cause });
}
