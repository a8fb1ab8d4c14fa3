import type { Effect } from '../model.ts';

/**
 * A part of the queue that delivers effects from the outbox. `attempt` is one bounded attempt at whatever is due and
 * never throws; `nextDue` is when there will be something to attempt (epoch milliseconds; infinite if nothing).
 */
export interface Worker {
  attempt(): Promise<void>;
  nextDue(): number;
}

/** Called once by a worker for each effect whose outcome is final. */
export type Settled = (effect: Effect, ok: boolean, detail: string) => void;
