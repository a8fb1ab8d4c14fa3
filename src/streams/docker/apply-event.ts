import { type ContainerRun, exitCodeOf, isFirstStart, restartsBy, signal } from './container-run.ts';
import type { DockerEvent } from './events.ts';
import { explainStart } from './explain-start.ts';
import { isAccounted, isSameStart } from './same-start.ts';
import { endOfTask } from './task-end.ts';
import { emitStatus, renameRun, type TrackerMemory } from './tracker-memory.ts';

/**
 * A start is explained this much later, in milliseconds: where an operator has caused it, a `restart` event follows it
 * within one.
 */
export const HOLD = 100;

/** Engines report one killing as several `oom` events; those this close together (milliseconds) are one. */
const OOM_SPAN = 1_000;

/**
 * How long after it was told to stop an end is still that stop, in milliseconds: Docker's time-out of 10 s and as much again.
 * Later it has swallowed the signal, and ends by itself.
 */
const STOPPING = 20_000;

/** Signals that end a container; `docker kill -s HUP` does not. */
const ENDING = new Set(['2', '3', '9', '15']);

/** What an event says of a container. */
export function applyEvent(
  memory: TrackerMemory,
  run: ContainerRun,
  { action, at, detail, attributes, name }: DockerEvent,
): void {
  switch (action) {
    case 'create':
      if (run.startedAt === 0) Object.assign(run, { created: true, count: 0, toldEndAt: 0 });
      break;
    case 'start':
      start(memory, run, at);
      break;
    case 'restart':
      if (run.held !== undefined) run.held.manual = true;
      break;
    case 'kill':
      if (ENDING.has(attributes['signal'] ?? '15')) Object.assign(run, { touched: true, touchedAt: at });
      break;
    case 'stop':
      Object.assign(run, { touched: true, touchedAt: at });
      if (run.state === 'exited' || run.state === 'restarting') emitStatus(memory, run, 'exited', at);
      break;
    case 'die':
      die(memory, run, at, exitCodeOf(run, attributes['exitCode']));
      break;
    case 'oom':
      outOfMemory(memory, run, at);
      break;
    case 'pause':
      emitStatus(memory, run, 'paused', at);
      break;
    case 'unpause':
      emitStatus(memory, run, 'running', at);
      break;
    case 'health_status':
      run.healthy = detail !== 'unhealthy';
      emitStatus(memory, run, run.state, at);
      break;
    case 'rename':
      renameRun(memory, run, name, at);
      break;
    case 'destroy':
      removeRun(memory, run, at);
  }
}

/** The engine killed a process of the container for want of memory; the run it belonged to may go on. */
export function outOfMemory(memory: TrackerMemory, run: ContainerRun, at: number): void {
  run.oom = true;
  if (at - run.oomAt < OOM_SPAN) return;
  run.oomAt = at;
  const text = 'out of memory: a process of the container was killed';
  memory.out.push(signal(memory.source, run, at, 'critical', 'docker:oom', text));
}

export function removeRun(memory: TrackerMemory, run: ContainerRun, at: number): void {
  explainStart(memory, run);
  emitStatus(memory, run, 'removed', at);
  memory.runs.delete(run.id);
}

function start(memory: TrackerMemory, run: ContainerRun, at: number): void {
  explainStart(memory, run);
  const after = endBefore(run, at);
  if (isAccounted({ at, after }, run.accountedAt)) {
    if (isSameStart({ at, after }, run.accountedAt))
      Object.assign(run, { startedAt: at, startedAfter: after });
    return;
  }
  const { touched, oom, diedAt, exitCode, check } = run;
  const first = isFirstStart(run);
  run.held = { at, after, first, manual: false, touched, oom, diedAt, exitCode, due: at + HOLD };
  if (check !== undefined && isSameStart(run.held, check.startedAt)) run.held.count = check.count;
  Object.assign(run, { created: false, touched: false, oom: false, healthy: true });
  Object.assign(run, { startedAt: at, startedAfter: after });
  emitStatus(memory, run, 'running', at);
}

/** When the run before a start at `at` ended; see `ToldStart`. */
function endBefore({ toldEndAt }: ContainerRun, at: number): number | undefined {
  return toldEndAt !== undefined && toldEndAt <= at ? toldEndAt : undefined;
}

function die(memory: TrackerMemory, run: ContainerRun, at: number, exitCode: number | undefined): void {
  if (at - (run.touchedAt ?? at) > STOPPING) run.touched = false;
  run.diedAt = at;
  run.toldEndAt = at;
  run.exitCode = exitCode;
  emitStatus(memory, run, run.touched || !restartsBy(run.policy, exitCode) ? 'exited' : 'restarting', at);
  for (const [container, end] of endOfTask(run)) memory.ended.set(container, end);
}
