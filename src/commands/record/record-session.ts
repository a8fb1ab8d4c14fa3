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
import type { LiveStream } from '../../streams/docker/follow-docker.ts';
import type { SessionWriter } from '../../streams/recording/session-writer.ts';

/** How often what has been seen is put on the disk, in milliseconds. */
const FLUSH = 1_000;

/**
 * Writes everything that is followed until `stop$` emits, then closes the recording. Rejects if it cannot be written.
 * Resolves with the number of lines recorded.
 */
export async function recordSession(
  live: Pick<LiveStream, 'observations$' | 'flush'>,
  writer: SessionWriter,
  stop$: Observable<unknown>,
): Promise<number> {
  let lines = 0;
  const writing$ = live.observations$.pipe(
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
    tap(() => live.flush()),
  );
  try {
    await lastValueFrom(merge(writing$, flushing$).pipe(takeUntil(stopping$)), { defaultValue: undefined });
  } finally {
    writer.close();
  }
  return lines;
}
