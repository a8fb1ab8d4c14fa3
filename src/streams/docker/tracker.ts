import type { ContainerStatus, RestartCause, Signal } from '../../model.ts';
import type { DockerEvent } from './events.ts';
import type { Inspected } from './inspected.ts';
import type { Run } from './container-run.ts';

/**
 * Tells from Docker's events which containers run and why they started again: restarts by policy, by an operator,
 * with the engine, after running out of memory, or made anew. It has no clock and does nothing by itself: feed it
 * events in order, and call `due` whenever time has passed `nextDue` (in a replay: with the time of what comes next,
 * and at the end with Infinity). Live, `inspected` adds what the engine says when asked, which settles what events
 * alone cannot: exit codes overwritten by labels, and restarts nobody was told of.
 */
export interface RestartTracker {
  event(event: DockerEvent): readonly Finding[];
  /** An answer of inspect; `now` is when it was asked for. */
  inspected(found: Inspected, now: number): readonly Finding[];
  /** The container is no longer there, and no event said so. */
  absent(id: string, now: number): readonly Finding[];
  /** The connection to the engine was lost, or is back. */
  engine(change: 'lost' | 'back', at: number): void;
  /** Explains the starts that have been held long enough. */
  due(now: number): readonly Finding[];
  /** When `due` next has something to say, in epoch milliseconds. */
  nextDue(): number | undefined;
  snapshot(): TrackerState;
}

export interface TrackerOptions {
  /** The causes that become restart signals. */
  readonly count: readonly RestartCause[];
  /** Told of every explained start, counted or not (not of first starts). */
  readonly onRestart?: (restart: Restart) => void;
}

/** A container that started again, with the reason. `at` in epoch milliseconds. */
export interface Restart {
  readonly at: number;
  readonly container: string;
  readonly cause: RestartCause;
  readonly text: string;
  readonly counted: boolean;
}

/** What the tracker remembers, ready for JSON. */
export interface TrackerState {
  readonly runs: readonly Readonly<Run>[];
  /** Identities seen before, so that a container made anew under the same name is known as such. */
  readonly seen: readonly string[];
  readonly engineLostAt?: number;
  readonly engineBackAt?: number;
}

/** What the tracker has to say, in the order it happened. */
export type Finding = Signal | ContainerStatus;
