import type { ContainerStatus, RestartCause, Signal } from '../../model.ts';
import type { Restart } from '../source.ts';
import type { DockerEvent } from './events.ts';
import type { Inspected } from './inspected.ts';
import type { TrackerState } from './saved-position.ts';

/**
 * Finds out from Docker's events which containers run and why they started again: restarts by policy, by an operator,
 * with the engine, after running out of memory, or made anew. It has no clock and does nothing by itself: feed it
 * events in order, and call `due` whenever time has passed `nextDue` (in a replay: with the time of what comes next,
 * and at the end with Infinity). Live, `inspected` adds what inspect says, which decides what events alone
 * cannot: exit codes overwritten by labels, and restarts without an event.
 */
export interface RestartTracker {
  event(event: DockerEvent): readonly RestartObservation[];
  /** An answer of inspect; `now` is when it was called. */
  inspected(found: Inspected, now: number): readonly RestartObservation[];
  /** The container is no longer there, and no event said so. */
  absent(id: string, now: number): readonly RestartObservation[];
  /** The connection to the engine was lost, or is back. */
  engine(change: 'lost' | 'back', at: number): void;
  /** Explains the starts that have been held long enough. */
  due(now: number): readonly RestartObservation[];
  /** When `due` next has something to say, in epoch milliseconds. */
  nextDue(): number | undefined;
  /** What is known of a container's run: whether its health check fails, and while it is down how it ended. */
  life(id: string): { readonly unhealthy?: boolean; readonly exitCode?: number };
  snapshot(): TrackerState;
}

export interface TrackerOptions {
  /** The id of the source whose containers these are. Default: this host's engine. */
  readonly source?: string;
  /** The causes that become restart signals. */
  readonly count: readonly RestartCause[];
  /** Called for every explained start, counted or not (not for first starts). */
  readonly onRestart?: (restart: Restart) => void;
}

/** What the tracker has to say, in the order it happened. */
export type RestartObservation = Signal | ContainerStatus;
