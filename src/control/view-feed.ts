import { defer, filter, finalize, map, type Observable, type SchedulerLike, share, timer } from 'rxjs';
import { mergePatchOf } from '../views/merge-patch.ts';
import type { View } from '../views/view.ts';

/** A view and its changes, for any number of readers at the cost of one. */
export interface ViewFeed {
  /** The view as it is; while somebody subscribes, the one to which the next change applies. */
  readonly current: () => View;
  /** Merge patches (RFC 7396), one a second at most; nothing is computed while nobody subscribes. */
  readonly changes$: Observable<unknown>;
}

const EVERY = 1_000;

/** Follows a view for as long as somebody looks. */
export function viewFeed(view: () => View, clock: SchedulerLike): ViewFeed {
  let last: View | undefined;
  const changes$ = defer(() => {
    last = view();
    return timer(EVERY, EVERY, clock);
  }).pipe(
    map(() => {
      const next = view();
      const patch = mergePatchOf(last, next);
      last = next;
      return patch;
    }),
    filter((patch) => patch !== undefined),
    finalize(() => (last = undefined)),
    share(),
  );
  return { current: () => last ?? view(), changes$ };
}
