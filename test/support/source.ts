import { EMPTY, type Observable } from 'rxjs';
import type { Coverage, Observation } from '../../src/model.ts';
import type { Source } from '../../src/streams/source.ts';

/** A source of what a test has at hand: its batches, and what becomes known of its coverage. */
export function sourceOf(
  batches$: Observable<readonly Observation[]>,
  given: Partial<Source> = {},
  coverage$: Observable<Coverage> = EMPTY,
): Source {
  return {
    id: 'docker',
    batches$,
    coverage$,
    flush: () => undefined,
    position: () => ({ parts: {} }),
    status: () => ({
      id: given.id ?? 'docker',
      kind: 'test',
      endpoint: 'a test',
      connection: { state: 'up', since: 0 },
      coverage: undefined,
      containers: [],
      gaps: [],
      restarts: [],
      heardAt: 0,
    }),
    ...given,
  };
}
