import type { Config } from '../../config/config.ts';
import type { FollowedStatus } from '../source.ts';
import type { DockerEvent } from './events.ts';
import type { FollowParts } from './follow-container.ts';
import type { SavedContainer } from './saved-position.ts';
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

export interface LogsParts extends Omit<FollowParts, 'inspect' | 'withSlot' | 'followed' | 'heard'> {
  readonly tracker: RestartTracker;
  readonly containers: Config['containers'];
  readonly selfId: string | undefined;
  /** Goes on from events that were saved: a start among those that come is a new one. */
  readonly resumed: boolean;
}
