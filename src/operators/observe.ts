import {
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  type OperatorFunction,
  takeUntil,
} from 'rxjs';
import type { Evidence, Judged } from '../model.ts';

/** Who compares what has been judged with the past, and keeps it; it must not throw. */
export interface Observer {
  /** Sees one item; what it finds is handed on behind it. */
  readonly see: (item: Judged) => readonly Evidence[];
  /** Emits when time has passed; what is found then is handed on. Nothing in a replay, whose items bring their time. */
  readonly found$: Observable<readonly Evidence[]>;
}

/** Shows all that has been judged to the observer, and passes on what incidents are decided by with what it finds. */
export function observe({ see, found$ }: Observer): OperatorFunction<readonly Judged[], readonly Evidence[]> {
  return (judged$) =>
    judged$.pipe(
      connect((shared$) => {
        const end$ = shared$.pipe(ignoreElements(), endWith(undefined));
        const seen$ = shared$.pipe(map((batch) => batch.flatMap(evidenceOf)));
        return merge(seen$, found$.pipe(takeUntil(end$)));
      }),
      filter((evidence) => evidence.length > 0),
    );

  function evidenceOf(item: Judged): readonly Evidence[] {
    const found = see(item);
    return item.type === 'activity' ? found : [item, ...found];
  }
}
