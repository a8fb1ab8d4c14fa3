import { filter, map, repeat, type SchedulerLike, Subject, timer } from 'rxjs';
import { type Coverage, HOST, type Observation, SILENCE, type Signal } from '../model.ts';
import { formatDuration } from '../time/duration.ts';
import type { Source, SourceStatus } from './source.ts';

/** How often it is looked whether the host is silent, in milliseconds. */
const LOOK_EVERY = 1_000;

/**
 * The alarm of a host that logs nothing, as a source beside those it watches: as soon as one of them is read, and none
 * has brought a line for `window` milliseconds, it emits a signal, so that people are alerted once, and what is known of
 * the host is nothing, so that no silence is taken for a recovery. With the next line its coverage is back.
 */
export function silenceSource(
  watched: readonly Pick<Source, 'status'>[],
  window: number,
  clock: SchedulerLike,
): Source {
  const coverage$ = new Subject<Coverage>();
  let coverage: Coverage | undefined;
  const batches$ = timer(LOOK_EVERY, clock).pipe(
    repeat(),
    map(() => look(clock.now())),
    filter((observations) => observations.length > 0),
  );
  return {
    id: HOST,
    batches$,
    flush: () => undefined,
    position: () => ({ parts: {} }),
    coverage$,
    status: () => ({
      id: HOST,
      kind: HOST,
      endpoint: 'this host',
      connection: { state: 'up', since: 0 },
      coverage,
      containers: [],
      gaps: [],
      restarts: [],
      heardAt: 0,
    }),
  };

  function look(now: number): readonly Observation[] {
    const reason = isSilent(
      watched.map((source) => source.status()),
      now,
      window,
    )
      ? silence(window)
      : '';
    if (reason === (coverage?.reason ?? '')) return [];
    coverage = { type: 'coverage', at: now, source: HOST, blind: reason !== '', unread: [], reason };
    coverage$.next(coverage);
    return reason === '' ? [] : [silenceSignal(now, reason)];
  }
}

/** Whether something is being read, and nothing at all has been logged anywhere for a whole window. */
export function isSilent(
  sources: readonly Pick<SourceStatus, 'connection' | 'heardAt'>[],
  now: number,
  window: number,
): boolean {
  return (
    sources.some(({ connection }) => connection.state === 'up') &&
    sources.every(({ heardAt }) => now - heardAt >= window)
  );
}

/** A signal, so that the incident machine reminds of it and says when it is over. */
function silenceSignal(at: number, text: string): Signal {
  return {
    type: 'signal',
    kind: 'critical',
    at,
    source: HOST,
    container: SILENCE,
    labels: {},
    text,
    fingerprint: text,
    rule: SILENCE,
  };
}

function silence(window: number): string {
  return `no container of this host has logged anything for ${formatDuration(window)}`;
}
