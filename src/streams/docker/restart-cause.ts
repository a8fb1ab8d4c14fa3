import type { RestartCause } from '../../model.ts';
import type { TaskEnd } from './task-end.ts';

/** The longest Docker waits before it restarts a container by policy (a minute), with a second to start it. */
const LONGEST_BACKOFF = 61_000;

/** How long after the engine came back a start is put down to it. */
const ENGINE_START = 60_000;

/** What is known at the moment a start has to be explained. Times in epoch milliseconds. */
export interface Start {
  readonly at: number;
  /** Nothing of this id has run before. */
  readonly first: boolean;
  /** The same name was there before under another id. */
  readonly replaces: boolean;
  /** How the task of swarm ended by itself in whose place it was made. */
  readonly task: TaskEnd | undefined;
  /** A `restart` event came with it. */
  readonly manual: boolean;
  /** Somebody stopped or killed the run before it. */
  readonly touched: boolean;
  readonly oom: boolean;
  readonly diedAt?: number | undefined;
  readonly exitCode?: number | undefined;
  /** The restart policy's name; undefined where nothing but events is known, as in a replay. */
  readonly policy: string | undefined;
  /** By how much the engine's own count of policy restarts grew, where that is known. */
  readonly counted: number | undefined;
  /** When the connection to the engine was last lost and found again. */
  readonly engineLostAt: number | undefined;
  readonly engineBackAt: number | undefined;
}

/**
 * Why a container has started: undefined for a first start. Docker increments its restart count for policy restarts
 * only, which decides wherever it is known; otherwise a start is the engine's own if nobody stopped or killed the run
 * before it, the policy allows it, and it came within the longest backoff.
 */
export function restartCause(start: Start): RestartCause | undefined {
  if (start.manual) return 'manual';
  if (start.counted !== undefined && start.counted > 0) return ownCause(start);
  if (start.first) return firstCause(start);
  const unexplained = start.touched || start.diedAt === undefined || start.counted !== undefined;
  if (unexplained && withEngine(start)) return 'engine';
  if (start.touched || start.counted !== undefined || start.diedAt === undefined) return 'manual';
  if (start.policy === 'no' || start.policy === '') return 'manual';
  if (start.policy === 'on-failure' && start.exitCode === 0) return 'manual';
  if (start.at - start.diedAt > LONGEST_BACKOFF) return 'manual';
  return ownCause(start);
}

/** A restart in words for people. */
export function restartText(cause: RestartCause, exitCode: number | undefined): string {
  switch (cause) {
    case 'oom':
      return 'restarted by policy after running out of memory';
    case 'crash':
    case 'policy':
      return exitCode === undefined
        ? 'restarted by policy'
        : `restarted by policy after exit code ${exitCode}`;
    case 'manual':
      return 'restarted by an operator';
    case 'recreate':
      return 'recreated under the same name';
    case 'engine':
      return 'started again with the Docker Engine';
  }
}

/** The first start of an id: of a task of swarm it may be what the start of a container again is elsewhere. */
function firstCause({ replaces, task }: Start): RestartCause | undefined {
  if (!replaces) return undefined;
  if (task === undefined) return 'recreate';
  if (task.oom) return 'oom';
  return task.exitCode === 0 && !task.unhealthy ? 'policy' : 'crash';
}

/** An end that nobody saw is taken for no crash, unless the policy restarts after nothing else. */
function ownCause(start: Start): RestartCause {
  if (start.oom) return 'oom';
  if (start.policy === 'on-failure') return 'crash';
  return start.exitCode === 0 || start.diedAt === undefined ? 'policy' : 'crash';
}

/** Whether the run ended with the engine and this start came when the engine was back. */
function withEngine({ at, diedAt, engineLostAt, engineBackAt }: Start): boolean {
  if (engineLostAt === undefined || at < engineLostAt) return false;
  if (engineBackAt !== undefined && at > engineBackAt + ENGINE_START) return false;
  return diedAt === undefined || diedAt > engineLostAt - ENGINE_START;
}
