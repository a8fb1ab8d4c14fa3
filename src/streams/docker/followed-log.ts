import type { SchedulerLike } from 'rxjs';
import type { DockerClient } from './client.ts';
import type { Inspected } from './inspected.ts';
import type { StreamIndex } from './frames.ts';
import type { JoinerState, LineSink } from './join-lines.ts';
import type { LedgerState } from './deduplicator.ts';
import type { Logger } from '../log-sink.ts';
import type { Skim } from '../skim.ts';

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
  /** Runs a catch-up when its turn has come. */
  readonly turn: <T>(task: () => Promise<T>) => Promise<T>;
  readonly line: LineSink;
  /** A whole line that is harmless by itself, from `at` (epoch milliseconds). */
  readonly quiet: (stream: StreamIndex, at: number) => void;
  /** Tells harmless entries. */
  readonly skim: Skim;
  readonly lost: (from: number, to: number, reason: string) => void;
  /** How many containers are being followed: many make follows of some engines deaf. */
  readonly followed: () => number;
  readonly clock: SchedulerLike;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** When it came to our notice, epoch milliseconds. */
  readonly since: number;
  /** Lines older than this are of no interest (epoch milliseconds); undefined for a container that is new to us. */
  readonly floor: number | undefined;
}

/** What is saved of one container's log. */
export interface LogState {
  readonly ledger: LedgerState;
  readonly joiner: JoinerState;
}

/** How one container's log is being read. Moments in epoch milliseconds. */
export interface LogStatus {
  readonly phase: 'waiting' | 'catching up' | 'following' | 'stopped' | 'unreadable' | 'gone';
  readonly reason?: string;
  readonly lines: number;
  readonly lastLineAt?: number;
  /** How late the last line was when it came. */
  readonly lag: number;
  readonly warnings: readonly string[];
  /** Since when a running container's log has not been followed. */
  readonly downSince?: number;
}
