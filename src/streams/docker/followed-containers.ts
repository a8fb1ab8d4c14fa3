import type { SchedulerLike } from 'rxjs';
import type { Config } from '../../config/config.ts';
import type { Gap, Observation, Origin } from '../../model.ts';
import type { DockerClient } from './client.ts';
import type { DockerEvent } from './events.ts';
import type { LogState, LogStatus } from './followed-log.ts';
import type { Logger } from '../log-sink.ts';
import type { Skim } from '../skim.ts';
import type { RestartTracker } from './tracker.ts';

/** All containers of the engine that are to be followed: who they are, their logs, what events and inspect say. */
export interface FollowedContainers {
  readonly event: (event: DockerEvent) => void;
  /** Looks at everything that is there now. */
  readonly resync: () => Promise<void>;
  /** Lets the tracker say what has come due, and tells gaps. */
  settle(): void;
  /** To be called about once a second. */
  tick(now: number): void;
  /** Running, readable, and not followed or not caught up. */
  down(): readonly { readonly container: string; readonly since: number }[];
  /** When the last line came, in epoch milliseconds. */
  heardAt(): number;
  readonly status: () => readonly FollowedContainer[];
  snapshot(): Readonly<Record<string, SavedContainer>>;
}

export interface LogsParts {
  readonly client: DockerClient;
  readonly tracker: RestartTracker;
  readonly push: (observation: Observation) => void;
  /** One more harmless line of a stream. */
  readonly quiet: (origin: Origin, at: number) => void;
  /** Tells harmless entries. */
  readonly skim: Skim;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly tellGap: (gap: Gap) => void;
  readonly engine: (signal: AbortSignal) => Promise<void>;
  readonly containers: Config['containers'];
  readonly selfId: string | undefined;
  readonly window: number;
  readonly clock: SchedulerLike;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What is saved of one container. */
export interface SavedContainer {
  readonly name: string;
  readonly log: LogState;
}

/** One followed container, for status. */
export interface FollowedContainer extends LogStatus {
  readonly id: string;
  readonly name: string;
  /** Its identity. */
  readonly container: string;
  readonly image: string;
  readonly driver: string;
}
