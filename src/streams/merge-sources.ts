import { map, merge, Observable, type OperatorFunction } from 'rxjs';
import type { Observation } from '../model.ts';
import type { Source } from './source.ts';

/**
 * All sources as one stream of batches. Whenever one has something to say, whatever the others have gathered by then goes
 * with it in the same batch, so that while a batch is being handled no source has gathered anything: the positions of all
 * of them are those of one moment. A change of coverage comes behind what was read before it.
 */
export function mergeSources(sources: readonly Source[]): Observable<readonly Observation[]> {
  return merge(
    ...sources.map(({ batches$, coverage$ }) =>
      merge(coverage$.pipe(map((coverage) => [coverage])), batches$),
    ),
  ).pipe(together(() => drain(sources)));
}

/** Has every source emit what it has gathered. */
export function drain(sources: readonly Pick<Source, 'flush'>[]): void {
  for (const source of sources) source.flush();
}

/** Hands on a batch behind those that `drainAll` brings about, as one. */
function together<T>(drainAll: () => void): OperatorFunction<readonly T[], readonly T[]> {
  return (batches$) =>
    new Observable((subscriber) => {
      /** What comes while the sources are being drained. */
      let gathered: T[] | undefined;
      return batches$.subscribe({
        next: (batch) => {
          if (gathered !== undefined) {
            for (const item of batch) gathered.push(item);
            return;
          }
          gathered = [];
          drainAll();
          const others = gathered;
          gathered = undefined;
          subscriber.next(others.length === 0 ? batch : [...others, ...batch]);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
