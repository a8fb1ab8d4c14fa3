import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import type { Config } from '../../config/config.ts';
import type { Gap, Observation, Sight } from '../../model.ts';
import { batch } from '../batch.ts';
import { containerLogs } from './container-logs.ts';
import { delay } from '../delay.ts';
import { dockerClient } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { type Skim, skimEntries } from '../skim.ts';
import { type Connection, engineWatch, type EventsState } from './engine-watch.ts';
import type { FollowedContainer, SavedContainer } from './followed-containers.ts';
import type { Logger } from '../log-sink.ts';
import { type Restart, restartTracker, type TrackerState } from './restart-tracker.ts';
import { isSilent, sightOf, silenceSignal } from '../sight.ts';

/** How often it is looked whether everything is being read, in milliseconds. */
const LOOK_EVERY = 1_000;

/** So many gaps and restarts are kept for status. */
const SHOWN = 100;

const NEVER: Skim = () => false;

export interface FollowOptions {
  readonly endpoint: Endpoint;
  readonly containers: Config['containers'];
  /** How far the first look at a container reads back, and how long a host may be silent; milliseconds. */
  readonly window: number;
  readonly restarts: Config['restarts'];
  readonly log: Logger;
  readonly clock?: SchedulerLike;
  readonly saved?: FollowState | undefined;
  /** Tells harmless lines, which are then told as runs. Default: none is taken for harmless. */
  readonly skim?: Skim;
  /** The beginning of our own container's id, so that we do not follow ourselves. */
  readonly selfId?: string | undefined;
}

/** Where following is, ready for JSON: exactly what has been emitted, neither more nor less. */
export interface FollowState {
  /** By container id. */
  readonly containers: Readonly<Record<string, SavedContainer>>;
  readonly tracker?: TrackerState;
  readonly events?: EventsState;
}

/** What `status` shows of following. */
export interface LiveStatus {
  readonly endpoint: string;
  readonly connection: Connection;
  readonly sight: Sight | undefined;
  readonly containers: readonly FollowedContainer[];
  readonly gaps: readonly Gap[];
  readonly restarts: readonly Restart[];
}

/**
 * A Docker Engine being followed. `observations$` is cold and for one subscriber: subscribing begins, unsubscribing
 * closes all that was opened; it never completes and never errors, because an engine that is away is a state. One
 * batch every few milliseconds while there is something to say.
 */
export interface LiveStream {
  readonly observations$: Observable<readonly Observation[]>;
  /** Emits what has been gathered, and tells where following is then. */
  snapshot(): FollowState;
  /** Emits what has been gathered. */
  flush(): void;
  status(): LiveStatus;
}

export function followDocker(options: FollowOptions): LiveStream {
  const { endpoint, window, restarts, log, saved } = options;
  const clock = options.clock ?? asyncScheduler;
  const shownGaps: Gap[] = [];
  const shownRestarts: Restart[] = [];
  let running: ReturnType<typeof start> | undefined;
  const observations$ = new Observable<readonly Observation[]>((subscriber) => {
    const begun = start((observations) => subscriber.next(observations));
    running = begun;
    return begun.stop;
  });
  return {
    observations$,
    snapshot: () => running?.snapshot() ?? saved ?? { containers: {} },
    flush: () => running?.flush(),
    status: () => ({
      endpoint: endpoint.text,
      connection: running?.connection() ?? { state: 'connecting', since: clock.now() },
      sight: running?.sight(),
      containers: running?.containers() ?? [],
      gaps: [...shownGaps],
      restarts: [...shownRestarts],
    }),
  };

  function start(emit: (observations: readonly Observation[]) => void) {
    const closing = new AbortController();
    const { signal } = closing;
    const client = dockerClient(endpoint);
    const { push, quiet, flush, now } = batch(emit, clock);
    const tracker = restartTracker({ count: restarts.count, onRestart: tellRestart }, saved?.tracker);
    let sight: Sight | undefined;
    const logs = containerLogs(
      {
        client,
        tracker,
        push,
        quiet,
        skim: skimEntries(options.skim ?? NEVER),
        now,
        tellGap,
        engine: (waiting) => watch.reachable(waiting),
        containers: options.containers,
        selfId: options.selfId,
        window,
        clock,
        log,
        signal,
      },
      saved?.containers,
    );
    const watch = engineWatch(
      {
        client,
        since: clock.now() - window,
        event: logs.event,
        resync: logs.resync,
        change: (change, at) => tracker.engine(change, at),
        clock,
        log,
        signal,
      },
      saved?.events,
    );
    void look();
    return {
      flush: () => {
        logs.settle();
        flush();
      },
      snapshot: (): FollowState => {
        logs.settle();
        flush();
        return { containers: logs.snapshot(), tracker: tracker.snapshot(), events: watch.snapshot() };
      },
      connection: watch.connection,
      sight: () => sight,
      containers: logs.status,
      stop: () => {
        closing.abort();
        client.close();
      },
    };

    /** Once a second: what has come due, and whether we see. */
    async function look(): Promise<void> {
      let silent = false;
      while (!signal.aborted) {
        await delay(LOOK_EVERY, clock, signal);
        logs.tick(clock.now());
        logs.settle();
        const since = watch.downSince();
        const { reason = 'the Docker Engine cannot be reached' } = watch.connection();
        const engine = since === undefined ? undefined : { since, reason };
        const now = clock.now();
        const view = { now, engine, down: logs.down(), heardAt: logs.heardAt(), window };
        if (!isSilent(view)) silent = false;
        else if (!silent) {
          silent = true;
          push(silenceSignal(now, window));
        }
        const seen = sightOf(view);
        if (seen === undefined || (seen.blind === sight?.blind && seen.reason === sight.reason)) continue;
        if (seen.blind) log.warn({ reason: seen.reason }, 'not everything that can be read is being read');
        else if (sight?.blind === true) log.info({}, 'everything is being read again');
        sight = seen;
        push(seen);
      }
    }

    function tellGap(gap: Gap): void {
      log.warn(
        { container: gap.container, from: gap.from, to: gap.to, reason: gap.reason },
        'lines are missing',
      );
      shownGaps.push(gap);
      if (shownGaps.length > SHOWN) shownGaps.shift();
      push(gap);
    }
  }

  function tellRestart(restart: Restart): void {
    const { container, cause, text, counted } = restart;
    log.info({ container, cause, counted }, text);
    shownRestarts.push(restart);
    if (shownRestarts.length > SHOWN) shownRestarts.shift();
  }
}
