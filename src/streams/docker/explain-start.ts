import type { RestartCause } from '../../model.ts';
import { type ContainerRun, signal } from './container-run.ts';
import { restartCause, restartText, START_SLACK } from './restart-cause.ts';
import type { TrackerMemory } from './tracker-memory.ts';

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
  const counted = held.count === undefined || run.count === undefined ? undefined : held.count - run.count;
  const { policy, replaces } = run;
  const { engineLostAt, engineBackAt } = memory;
  const cause = restartCause({ ...held, policy, replaces, counted, engineLostAt, engineBackAt });
  const own = cause === 'crash' || cause === 'policy' || cause === 'oom';
  run.count = held.count ?? (own && run.count !== undefined ? run.count + 1 : own ? undefined : 0);
  run.replaces = false;
  const times = own && counted !== undefined && counted > 1 ? counted : 1;
  if (cause !== undefined)
    for (let i = 0; i < times; i++) restarted(memory, run, held.at, cause, held.exitCode);
}

/** Counts restarts without an event: the engine's count has grown, or the run is not the one that is known. */
function countUnseen(
  memory: TrackerMemory,
  run: ContainerRun,
  found: NonNullable<ContainerRun['check']>,
): void {
  if (run.startedAt > found.startedAt + START_SLACK) return;
  const unseen = found.startedAt > run.startedAt + START_SLACK;
  const grown = run.count === undefined ? 0 : found.count - run.count;
  const missed = grown >= 0 ? grown : found.count;
  run.count = found.count;
  if (unseen)
    Object.assign(run, { startedAt: found.startedAt, accountedAt: found.startedAt, touched: false });
  if (unseen && missed === 0) {
    const { engineLostAt } = memory;
    const cause = engineLostAt !== undefined && found.startedAt >= engineLostAt ? 'engine' : 'manual';
    restarted(memory, run, found.startedAt, cause, undefined);
  }
  for (let i = 0; i < missed; i++) restarted(memory, run, found.startedAt, 'policy', undefined);
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
