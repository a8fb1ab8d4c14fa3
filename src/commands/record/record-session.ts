import {
  asyncScheduler,
  lastValueFrom,
  merge,
  repeat,
  type Observable,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { SessionWriter } from '../../streams/recording/session-writer.ts';
import type { Source } from '../../streams/source.ts';

/** How often what has been seen is put on the disk, in milliseconds. */
const FLUSH = 1_000;

/**
 * Writes everything that is followed until `stop$` emits, then closes the recording. Rejects if it cannot be written.
 * Resolves with the number of lines recorded.
 */
export async function recordSession(
  source: Pick<Source, 'batches$' | 'flush'>,
  writer: SessionWriter,
  stop$: Observable<unknown>,
): Promise<number> {
  let lines = 0;
  const writing$ = source.batches$.pipe(
    tap((batch) => {
      writer.write(batch);
      lines += batch.filter(({ type }) => type === 'line').length;
    }),
  );
  const flushing$ = timer(FLUSH, asyncScheduler).pipe(
    repeat(),
    tap(() => writer.flush()),
  );
  const stopping$ = stop$.pipe(
    take(1),
    tap(() => source.flush()),
  );
  try {
    await lastValueFrom(merge(writing$, flushing$).pipe(takeUntil(stopping$)), { defaultValue: undefined });
  } finally {
    writer.close();
  }
  return lines;
}
