import type { SchedulerLike } from 'rxjs';
import type { DockerClient } from './client.ts';
import type { EngineClock } from './engine-clock.ts';
import type { Inspected } from './inspected.ts';
import type { StreamIndex } from './frames.ts';
import type { LineSink } from './join-lines.ts';
import type { Log } from '../../log.ts';
import type { LogState } from './saved-position.ts';
import type { Skim } from '../skim.ts';
import type { FollowedStatus } from '../source.ts';

/**
 * One container's log, from the first look to its removal: catch up with what is stored, follow, catch up again after
 * every end (a clean end proves nothing), wait for the next start. One loop an id, so there is never a second follow.
 */
export interface ContainerLog {
  /** There is reason to look again; with `started`, there is a new run, and lines of it to be read. */
  wake(started?: boolean): void;
  /** To be called about once a second. */
  tick(now: number): void;
  status(): LogStatus;
  snapshot(): LogState;
  close(): void;
  /** Resolves when the container is gone, or after `close`. */
  readonly done: Promise<void>;
}

export interface LogParts {
  readonly client: DockerClient;
  readonly id: string;
  readonly name: () => string;
  readonly inspect: () => Promise<Inspected>;
  /** Resolves when the engine can be reached. */
  readonly engine: (signal: AbortSignal) => Promise<void>;
  /** Runs a catch-up when one of the few slots is free. */
  readonly withSlot: <T>(task: () => Promise<T>) => Promise<T>;
  readonly line: LineSink;
  /** A whole line that is harmless by itself, from `at` (epoch milliseconds). */
  readonly quiet: (stream: StreamIndex, at: number) => void;
  /** Recognises harmless records. */
  readonly skim: Skim;
  readonly lost: (from: number, to: number, reason: string) => void;
  /** How many containers are being followed: many make follows of some engines deaf. */
  readonly followed: () => number;
  readonly clock: SchedulerLike;
  /** The engine's: all it stores bears its time. */
  readonly theirs: EngineClock;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** When it came to our notice, by the engine's clock: epoch milliseconds. */
  readonly since: number;
  /** Lines older than this (the engine's time, epoch milliseconds) are of no interest; undefined for a container that is new to us. */
  readonly floor: number | undefined;
}

/** How one container's log is being read, without what says which it is. */
export type LogStatus = Omit<FollowedStatus, 'id' | 'name' | 'container' | 'image' | 'driver'>;
