import { map, type OperatorFunction } from 'rxjs';
import type { Step } from '../incidents/reducer-context.ts';

/** A step that has been stored; `durable` tells whether it is on disk, or for now only in memory. */
export interface Committed {
  readonly step: Step;
  readonly durable: boolean;
}

/**
 * Stores every step before anything else learns of it: positions, counts, state and the effects that are owed, in one
 * transaction, which `store` makes. An error of the store ends the stream.
 */
export function commit(store: (step: Step) => boolean): OperatorFunction<Step, Committed> {
  return map((step) => ({ step, durable: store(step) }));
}
