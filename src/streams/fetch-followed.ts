import { filter, firstValueFrom, fromEvent, merge, tap } from 'rxjs';
import type { Observation } from '../model.ts';
import { openSessionWriter } from './recording/session-writer.ts';
import type { PastFetched, PastRequest, Source } from './source.ts';

/**
 * Saves what a source that begins in the past still holds, as a recording: it is followed until it says that everything is
 * being read, and then closed. Rejects with what keeps it from being read, in its own words.
 */
export async function fetchFollowed(source: Source, request: PastRequest): Promise<PastFetched> {
  const writer = openSessionWriter({ dir: request.dir });
  const containers = new Set<string>();
  const write = (batch: readonly Observation[]): void => {
    writer.write(batch.filter(({ at }) => at >= request.since && at <= request.until));
    for (const item of batch) {
      if (item.type !== 'line' || containers.has(item.origin.container)) continue;
      containers.add(item.origin.container);
      request.onContainer(item.origin.container);
    }
  };
  const reading$ = source.batches$.pipe(
    tap(write),
    filter(() => false),
  );
  const known$ = source.coverage$.pipe(filter(({ blind, unread }) => blind || unread.length === 0));
  const stopped$ = fromEvent(request.signal, 'abort');
  try {
    await firstValueFrom(merge(reading$, known$.pipe(tap(() => source.flush())), stopped$));
    const { coverage } = source.status();
    if (coverage?.blind === true) throw new Error(coverage.reason);
  } finally {
    writer.close();
  }
  return { containers: containers.size, unread: [] };
}
