import { EMPTY, Observable } from 'rxjs';
import type { Observation } from '../../model.ts';
import type { Json, Position, Source } from '../source.ts';
import { Backpressure } from './backpressure.ts';
import { mergeByTime } from './merge.ts';
import type { SavedSession } from './open-saved.ts';

/** The id of a replay's only source. */
const SAVED = 'saved';

/**
 * Saved logs as a source, in order of time. It completes with the last of them, and errors with what the file system says
 * of one that cannot be read on. All of them are read from the first moment on, so that its coverage never changes. Its
 * position is a count of observations: the same files come in the same order every time. `backpressure` holds reading back.
 */
export function savedSource(
  session: Pick<SavedSession, 'streams'>,
  backpressure = new Backpressure(),
  position?: Position,
): Source {
  const skipped = emittedIn(position?.shared);
  let emitted = skipped;
  let heardAt = 0;
  let isClosed = false;

  const batches$ = new Observable<readonly Observation[]>((subscriber) => {
    void read().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => void close();

    async function read(): Promise<void> {
      try {
        let from = skipped;
        for await (const batch of backpressure.hold(mergeByTime(session.streams))) {
          if (isClosed) return;
          const fresh = from === 0 ? batch : batch.slice(from);
          from = Math.max(0, from - batch.length);
          emitted += fresh.length;
          heardAt = fresh.at(-1)?.at ?? heardAt;
          if (fresh.length > 0) subscriber.next(fresh);
        }
      } finally {
        await close();
      }
    }
  });

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    await Promise.all(session.streams.map((stream) => stream.close()));
  }

  return {
    id: SAVED,
    batches$,
    flush: () => undefined,
    position: () => ({ parts: {}, shared: { emitted } }),
    coverage$: EMPTY,
    status: () => ({
      id: SAVED,
      kind: SAVED,
      endpoint: 'saved logs',
      connection: { state: isClosed ? 'down' : 'up', since: 0 },
      coverage: undefined,
      containers: [],
      gaps: [],
      restarts: [],
      heardAt,
    }),
  };
}

function emittedIn(shared: Json | undefined): number {
  const emitted: unknown =
    typeof shared === 'object' && shared !== null && 'emitted' in shared ? shared['emitted'] : 0;
  return typeof emitted === 'number' && emitted > 0 ? emitted : 0;
}
