import { concatMap, defer, type Observable, repeat, type SchedulerLike, timer } from 'rxjs';
import type { Logger } from 'pino';
import { httpClient, type HttpClient } from '../sinks/alert/http-client.ts';
import { requestTo } from '../sinks/alert/request-to.ts';
import { transportFault } from '../sinks/alert/transport-fault.ts';
import { redact } from '../sinks/text/redact.ts';
import type { SourceStatus } from '../streams/source.ts';
import { beatRequest, type BeatRequest } from './heartbeat-request.ts';

const EVERY = 60_000;
const PATIENCE = 10_000;

/** A heartbeat is sent while the last commit is no older than this, in milliseconds. */
const STORED_WITHIN = 60_000;

/** What reading depends on from end to end: the sources, the pipeline (what does not go on in it), the store. */
export interface Reading {
  readonly sources: readonly (Pick<SourceStatus, 'connection'> & { readonly id?: string })[];
  readonly trouble: string | undefined;
  readonly store: { readonly writable: boolean; readonly lastCommit: number };
}

/** Whether what containers log now is read, evaluated and kept; nobody else would notice if it were not. */
export function isReading(reading: Reading, now: number): boolean {
  return troubleOf(reading, now) === '';
}

/** Why what containers log now is not read, evaluated or kept; empty if it is. */
export function troubleOf({ sources, trouble, store }: Reading, now: number): string {
  const away = sources
    .filter(({ connection }) => connection.state !== 'up')
    .map(({ id = 'a source', connection: { reason = 'not connected' } }) => `${id} is away: ${reason}`);
  const stored = store.writable && now - store.lastCommit <= STORED_WITHIN;
  const unstored = stored ? [] : ['the state is not written'];
  return [...away, ...(trouble === undefined ? [] : [trouble]), ...unstored].join('; ');
}

export interface HeartbeatParts {
  /** Read before every beat, since a reload may change it; empty: no beat. A secret. */
  readonly url: () => string;
  /** Whether reading really makes progress. While it does not there is no beat, so that somebody comes to look. */
  readonly alive: () => boolean;
  /** Why it does not. */
  readonly trouble?: () => string;
  /** Path of the PEM file of `alerts.ca`, or empty; a reload may change it. */
  readonly ca?: () => string;
  readonly clock: SchedulerLike;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  /** Milliseconds from one beat to the next. */
  readonly every?: number;
}

/**
 * Asks for a URL once a minute for as long as it is subscribed to: a dead man's switch. While reading makes no progress
 * no beat is sent; from the second time on the receiver is told why, if it has a way to be told. A beat that fails is said
 * once, and that it goes through again; it is not repeated before its time.
 */
export function heartbeat(parts: HeartbeatParts): Observable<void> {
  const { url, alive, trouble = () => '', ca = () => '', clock, log, every = EVERY } = parts;
  let failing = false;
  let troubled = 0;
  let client: { readonly ca: string; readonly http: HttpClient } | undefined;
  return timer(every, clock).pipe(
    concatMap(() => defer(beat)),
    repeat(),
  );

  async function beat(): Promise<void> {
    const why = alive() ? '' : redact(trouble()) || 'reading makes no progress';
    troubled = why === '' ? 0 : troubled + 1;
    const target = url();
    if (target === '' || troubled === 1) return;
    const request = beatRequest(target, why);
    if (request === undefined) return;
    const problem = await attempt(request);
    if (problem !== undefined && !failing) log.warn({ problem }, 'the heartbeat URL does not take the beat');
    else if (problem === undefined && failing) log.info('the heartbeat URL takes the beat again');
    failing = problem !== undefined;
  }

  async function attempt({ method, url: target, body }: BeatRequest): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await current().request({ ...requestTo(target), method, body: body ?? null, signal });
      await answer.body.dump();
      const { statusCode } = answer;
      const redirected = statusCode >= 300 && statusCode < 400 ? ' (redirects are not followed)' : '';
      return statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}${redirected}`;
    } catch (error) {
      // The message may quote the address, which is a secret; the code or the name says enough.
      return transportFault(error).said;
    }
  }

  /** The client of the present `alerts.ca`. */
  function current(): HttpClient {
    const wanted = ca();
    if (client?.ca !== wanted) {
      void client?.http.destroy();
      client = { ca: wanted, http: httpClient({ ca: wanted }) };
    }
    return client.http;
  }
}
