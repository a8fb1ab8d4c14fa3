import type { SchedulerLike } from 'rxjs';
import { labelProblems } from '../../config/labels.ts';
import type { Gap, Observation, Origin } from '../../model.ts';
import type { Log } from '../../log.ts';
import type { Skim } from '../skim.ts';
import type { DockerClient } from './client.ts';
import { containerLog } from './container-log.ts';
import { type Described, type FollowedContainer, namesOf } from './followed-container.ts';
import type { EngineClock } from './engine-clock.ts';
import { gapJoiner } from './gap-joiner.ts';
import type { Inspected } from './inspected.ts';
import type { SavedContainer } from './saved-position.ts';

/** What all containers of one engine have in common. */
export interface FollowParts {
  /** The id of the source. */
  readonly source: string;
  readonly client: DockerClient;
  readonly push: (observation: Observation) => void;
  /** One more harmless line of a stream. */
  readonly quiet: (origin: Origin, at: number) => void;
  /** A line has come, harmless or not. */
  readonly heard: () => void;
  /** Recognises harmless records. */
  readonly skim: Skim;
  /** Gets gaps in the engine's time. */
  readonly emitGap: (gap: Gap) => void;
  readonly inspect: (id: string) => Promise<Inspected>;
  /** Resolves when the engine can be reached. */
  readonly engine: (signal: AbortSignal) => Promise<void>;
  /** Runs a catch-up when one of the few slots is free. */
  readonly withSlot: <T>(task: () => Promise<T>) => Promise<T>;
  /** How many containers are being followed. */
  readonly followed: () => number;
  /** How far the first look at a container reads back, in milliseconds. */
  readonly window: number;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly clock: SchedulerLike;
  /** The engine's: all it stores and tells bears its time. */
  readonly theirs: EngineClock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Begins to follow a container that came to our notice at `since` (the engine's time); `before` is where it was left off. */
export function followContainer(
  parts: FollowParts,
  described: Described,
  since: number,
  before?: SavedContainer,
): FollowedContainer {
  const { source, client, push, quiet, heard, skim, engine, withSlot, followed, now } = parts;
  const { clock, theirs, log, signal } = parts;
  const { id, labels } = described;
  const one: FollowedContainer = {
    described,
    ...namesOf(source, described),
    driver: '',
    gaps: gapJoiner((loss) => {
      parts.emitGap({ type: 'gap', at: theirs.now(), source, container: one.container, ...loss });
    }, before?.gap),
    log: containerLog(
      {
        client,
        id,
        name: () => one.container,
        inspect: () => parts.inspect(id),
        engine,
        withSlot,
        line: (stream, ts, at, text) => {
          heard();
          push({ type: 'line', origin: one.origins[stream], ts, at: theirs.toOurs(at), text });
        },
        quiet: (stream, at) => {
          heard();
          quiet(one.origins[stream], theirs.toOurs(at));
        },
        skim,
        lost: (from, to, reason) => one.gaps.add({ from, to, reason }),
        followed,
        now,
        clock,
        theirs,
        log,
        since,
        floor: before === undefined ? Math.min(since, theirs.now()) - parts.window : undefined,
      },
      before?.log,
    ),
  };
  const { container } = one;
  for (const problem of labelProblems(labels)) log.warn({ container, problem }, 'a label is not usable');
  signal.addEventListener('abort', () => one.log.close(), { once: true });
  return one;
}
