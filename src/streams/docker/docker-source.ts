import { Observable, ReplaySubject } from 'rxjs';
import { type Coverage, type Gap, LOCAL_DOCKER, type Observation } from '../../model.ts';
import type { Log } from '../../log.ts';
import type { Position, Restart, Source, SourceContext, SourceKind, SourceStatus } from '../source.ts';
import { type DockerEngine, dockerEngines } from './engines.ts';
import { fetchPast } from './fetch-past.ts';
import { type FollowedEngine, followEngine } from './follow-engine.ts';

/** So many gaps and restarts are kept for status. */
const SHOWN = 100;

/** The Docker Engines of the settings: one source each. */
export const dockerSources: SourceKind = {
  kind: 'docker',
  configured: (config) =>
    dockerEngines(config).map((engine) => ({
      id: engine.id,
      open: (context, position) => dockerSource(engine, context, position),
      fetchPast: (request) => fetchPast(engine, request),
    })),
};

/**
 * One Docker Engine: the lines of its containers, their restarts and states, and what is known to be lost of their
 * logs. An engine that is away is waited for. The parts of a position are containers, by id; it holds what has been read
 * and is still held back (a line without its end, a start that is not explained yet, a gap that may go on), so that
 * `position` is exact while any batch is being handled, and after `flush`; while something is gathered it throws.
 */
export function dockerSource(engine: DockerEngine, context: SourceContext, position?: Position): Source {
  const { id, endpoint } = engine;
  const log = id === LOCAL_DOCKER ? context.log : namingSource(context.log, id);
  const gaps: Gap[] = [];
  const restarts: Restart[] = [];
  const coverage$ = new ReplaySubject<Coverage>(1);
  const openedAt = context.clock.now();
  let coverage: Coverage | undefined;
  let following: FollowedEngine | undefined;
  const batches$ = new Observable<readonly Observation[]>((subscriber) => {
    if (following !== undefined) {
      subscriber.error(new Error(`${id} has been subscribed to before: open it again to read it again`));
      return undefined;
    }
    const begun = followEngine(
      {
        engine,
        context: { ...context, log },
        emit: (batch) => subscriber.next(batch),
        onCoverage: noteCoverage,
        onGap: noteGap,
        onRestart: noteRestart,
      },
      position,
    );
    following = begun;
    return () => begun.stop();
  });
  return {
    id,
    batches$,
    flush: () => following?.flush(),
    position: () => following?.position() ?? position ?? { parts: {} },
    coverage$: coverage$.asObservable(),
    status: () => ({
      id,
      kind: dockerSources.kind,
      endpoint: endpoint.text,
      connection: following?.connection() ?? { state: 'connecting', since: openedAt },
      ...offsetOf(following?.offset()),
      coverage,
      containers: following?.containers() ?? [],
      gaps: [...gaps],
      restarts: [...restarts],
      heardAt: following?.heardAt() ?? openedAt,
    }),
  };

  function noteCoverage(next: Coverage): void {
    const { blind, unread, reason } = next;
    if (blind || unread.length > 0) log.warn({ reason }, 'not everything that can be read is being read');
    else if (coverage !== undefined) log.info({}, 'everything is being read again');
    coverage = next;
    coverage$.next(next);
  }

  function noteGap(gap: Gap): void {
    const { container, from, to, reason } = gap;
    log.warn({ container, from, to, reason }, 'lines are missing');
    keepLatest(gaps, gap);
  }

  function noteRestart(restart: Restart): void {
    const { container, cause, text, counted } = restart;
    log.info({ container, cause, counted }, text);
    keepLatest(restarts, restart);
  }
}

function keepLatest<T>(kept: T[], one: T): void {
  kept.push(one);
  if (kept.length > SHOWN) kept.shift();
}

function offsetOf(offset = 0): Pick<SourceStatus, 'offset'> {
  return offset === 0 ? {} : { offset };
}

/** Where there are several engines, each says which one it is. */
function namingSource(log: Log, source: string): Log {
  return {
    error: (facts, message) => log.error({ source, ...facts }, message),
    warn: (facts, message) => log.warn({ source, ...facts }, message),
    info: (facts, message) => log.info({ source, ...facts }, message),
  };
}
