import type { SchedulerLike } from 'rxjs';
import type { Config } from '../../config/config.ts';
import type { Gap, Observation, Origin } from '../../model.ts';
import type { DockerClient } from './client.ts';
import type { DockerEvent } from './events.ts';
import type { Log } from '../../log.ts';
import type { SavedContainer } from './saved-position.ts';
import type { Skim } from '../skim.ts';
import type { FollowedStatus } from '../source.ts';
import type { RestartTracker } from './tracker.ts';

/** All containers of the engine that are to be followed: who they are, their logs, what events and inspect say. */
export interface FollowedContainers {
  readonly event: (event: DockerEvent) => void;
  /** Looks at everything that is there now. */
  readonly resync: () => Promise<void>;
  /** Pushes what has come due of the tracker, and the gaps that were held to be joined. */
  flushPending(): void;
  /** To be called about once a second. */
  tick(now: number): void;
  /** Running, readable, and not followed or not caught up. */
  down(): readonly { readonly container: string; readonly since: number }[];
  /** When the last line came, in epoch milliseconds. */
  heardAt(): number;
  readonly status: () => readonly FollowedStatus[];
  snapshot(): Readonly<Record<string, SavedContainer>>;
}

export interface LogsParts {
  /** The id of the source. */
  readonly source: string;
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
  /** Goes on from events that were saved: a start among those that come is a new one. */
  readonly resumed: boolean;
  readonly window: number;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly signal: AbortSignal;
}
