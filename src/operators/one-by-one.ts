import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Hands on every item of every batch by itself, in order and at once. The same as `mergeAll()` over arrays, without a
 * subscription for each of them: nearly every batch of a replay is of one item.
 */
export function oneByOne<T>(): OperatorFunction<readonly T[], T> {
  return (batches$) =>
    new Observable((subscriber) =>
      batches$.subscribe({
        next: (batch) => {
          for (const item of batch) subscriber.next(item);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
}
