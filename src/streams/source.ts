import type { Observable, SchedulerLike } from 'rxjs';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { Coverage, Gap, Observation, RestartCause } from '../model.ts';
import type { Skim } from './skim.ts';

/** What JSON can hold. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/**
 * How far a source has been read, as plain JSON: exactly what has been emitted, neither more nor less. It is stored in
 * one transaction with what was counted, one row a part, and only the parts that have changed are written: a part is a
 * container or a file and bears the id of its origins (`Origin.id`), `shared` is what they have in common. What is
 * remembered of an id beside it (its open entry) is dropped once the id is no part any more.
 */
export interface Position {
  readonly parts: Readonly<Record<string, Json>>;
  readonly shared?: Json;
}

/**
 * Where evidence comes from. One file or folder a kind, one line in the registry, one contract test that every kind
 * passes: `test/support/source-contract.ts`.
 */
export interface Source {
  /** Unique among the sources of a run: `docker`, `docker:vps2`, `files`, `journald`. */
  readonly id: string;
  /**
   * What is seen, in batches. Cold and for one subscriber: subscribing begins to read, unsubscribing closes all that was
   * opened. Never errors and, live, never completes: a world that is absent is a state, told by `coverage$`.
   */
  readonly batches$: Observable<readonly Observation[]>;
  /** Emits at once, as a batch, what has been gathered and not emitted yet. */
  flush(): void;
  /**
   * Where a next run goes on. To be asked while nothing is gathered: while a batch is being handled, or after `flush`.
   * Resuming there repeats nothing and loses nothing that the source still holds; what it no longer holds is a gap.
   */
  position(): Position;
  /** What is and is not being read: each change once, from the first moment at which it is known. */
  readonly coverage$: Observable<Coverage>;
  status(): SourceStatus;
}

/** What every source is opened with. */
export interface SourceContext {
  readonly config: Config;
  readonly clock: SchedulerLike;
  readonly log: Log;
  /** Tells harmless lines, which a source may then emit as runs of such; left out where every line is wanted. */
  readonly skim?: Skim;
}

/** One source that the settings ask for; `position` is where an earlier run left it. */
export interface ConfiguredSource {
  readonly id: string;
  open(context: SourceContext, position?: Position): Source;
  /**
   * Saves what is still held of the past into files that a replay reads, without following. Rejects with words for people
   * where nothing of the source can be read.
   */
  fetchPast(request: PastRequest): Promise<PastFetched>;
}

/** What of the past is wanted, and where to put it. Moments in epoch milliseconds. */
export interface PastRequest {
  readonly config: Config;
  readonly since: number;
  readonly until: number;
  /** A folder that is there and empty. */
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Called with each container, by identity, before its log is read. */
  readonly onContainer: (container: string) => void;
}

/** How many containers' logs were fetched, and what could not be, with the reason. */
export interface PastFetched {
  readonly containers: number;
  readonly unread: readonly { readonly container: string; readonly reason: string }[];
}

/** A kind of sources, as the registry lists it. */
export interface SourceKind {
  readonly kind: string;
  /** Those that the settings ask for; none where the kind is not configured. Throws a message for people. */
  configured(config: Config): readonly ConfiguredSource[];
}

/** Whether what a source reads from can be reached. `since` is when it came to be so, in epoch milliseconds. */
export interface Connection {
  readonly state: 'connecting' | 'up' | 'down';
  readonly since: number;
  readonly reason?: string;
}

/** A source as `status`, metrics and the log show it. */
export interface SourceStatus {
  readonly id: string;
  readonly kind: string;
  /** What it reads, for people: an address, a path, `the journal`. */
  readonly endpoint: string;
  readonly connection: Connection;
  /** By how much its clock is ahead of ours, in milliseconds; absent while both show the same time. */
  readonly offset?: number;
  /** The last coverage that was told; undefined while it is not known yet. */
  readonly coverage: Coverage | undefined;
  readonly containers: readonly FollowedStatus[];
  /** The latest gaps and restarts, oldest first. */
  readonly gaps: readonly Gap[];
  readonly restarts: readonly Restart[];
  /** When the last line came, or when reading began: epoch milliseconds. */
  readonly heardAt: number;
}

/** One container, unit or group of files, and how its log is being read. Moments in epoch milliseconds. */
export interface FollowedStatus {
  readonly id: string;
  readonly name: string;
  /** Its identity. */
  readonly container: string;
  /** The image of a container; empty for what has none. */
  readonly image: string;
  /** How its log is stored: a log driver, `file`, `journald`. */
  readonly driver: string;
  readonly phase: 'waiting' | 'catching up' | 'following' | 'stopped' | 'unreadable' | 'gone';
  readonly reason?: string;
  /** Its health check fails. */
  readonly unhealthy?: boolean;
  /** How its last run ended, while it is down. */
  readonly exitCode?: number;
  readonly lines: number;
  readonly lastLineAt?: number;
  /** How late the last line was when it came, in milliseconds. */
  readonly lag: number;
  readonly warnings: readonly string[];
  /** Since when its log should be read and is not. */
  readonly downSince?: number;
}

/** A container that started again, with the reason. `at` in epoch milliseconds. */
export interface Restart {
  readonly at: number;
  readonly container: string;
  readonly cause: RestartCause;
  readonly text: string;
  readonly counted: boolean;
}
