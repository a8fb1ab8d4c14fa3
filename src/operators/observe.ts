import { filter, map, type OperatorFunction } from 'rxjs';
import type { Evidence, Judged } from '../model.ts';

/** Who wants to know what has been judged, in its order; it must not throw. */
export interface Observer {
  readonly see: (batch: readonly Judged[]) => void;
}

/** Shows each batch to the observer and passes on what incidents are decided by. */
export function observe({ see }: Observer): OperatorFunction<readonly Judged[], readonly Evidence[]> {
  return (judged$) =>
    judged$.pipe(
      map((batch) => {
        see(batch);
        return batch.filter((item) => item.type !== 'activity');
      }),
      filter((evidence) => evidence.length > 0),
    );
}
