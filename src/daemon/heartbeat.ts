import { concatMap, defer, type Observable, repeat, type SchedulerLike, timer } from 'rxjs';
import type { Logger } from 'pino';
import type { SourceStatus } from '../streams/source.ts';
import { type Dispatcher, request } from 'undici';

const EVERY = 60_000;
const PATIENCE = 10_000;

/** A heartbeat is sent while the last commit is no older than this, in milliseconds. */
const STORED_WITHIN = 60_000;

/** What reading depends on from end to end: the sources, the pipeline (what does not go on in it), the store. */
export interface Reading {
  readonly sources: readonly Pick<SourceStatus, 'connection'>[];
  readonly trouble: string | undefined;
  readonly store: { readonly writable: boolean; readonly lastCommit: number };
}

/** Whether what containers log now is read, evaluated and kept; nobody else would notice if it were not. */
export function isReading({ sources, trouble, store }: Reading, now: number): boolean {
  return (
    sources.every(({ connection }) => connection.state === 'up') &&
    trouble === undefined &&
    store.writable &&
    now - store.lastCommit <= STORED_WITHIN
  );
}

export interface HeartbeatParts {
  /** Read before every beat, since a reload may change it; empty: no beat. A secret. */
  readonly url: () => string;
  /** Whether reading really makes progress. While it does not there is no beat, so that somebody comes to look. */
  readonly alive: () => boolean;
  readonly clock: SchedulerLike;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly dispatcher?: Dispatcher;
  /** Milliseconds from one beat to the next. */
  readonly every?: number;
}

/**
 * Asks for a URL once a minute for as long as it is subscribed to: a dead man's switch, in the manner of
 * healthchecks.io. A beat that fails is said once, and that it goes through again; it is not repeated before its time.
 */
export function heartbeat(parts: HeartbeatParts): Observable<void> {
  const { url, alive, clock, log, dispatcher, every = EVERY } = parts;
  let failing = false;
  return timer(every, clock).pipe(
    concatMap(() => defer(beat)),
    repeat(),
  );

  async function beat(): Promise<void> {
    const target = url();
    if (target === '' || !alive()) return;
    const problem = await attempt(target);
    if (problem !== undefined && !failing) log.warn({ problem }, 'the heartbeat URL does not take the beat');
    else if (problem === undefined && failing) log.info('the heartbeat URL takes the beat again');
    failing = problem !== undefined;
  }

  async function attempt(target: string): Promise<string | undefined> {
    try {
      const { statusCode, body } = await request(target, {
        signal: AbortSignal.timeout(PATIENCE),
        ...(dispatcher !== undefined && { dispatcher }),
      });
      await body.dump();
      return statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}`;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // The message may quote the address, which is a secret; the code or the name says enough.
      return typeof code === 'string' ? code : error instanceof Error ? error.name : 'failed';
    }
  }
}
