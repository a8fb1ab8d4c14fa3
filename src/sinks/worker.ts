import type { Effect } from '../model.ts';

/**
 * A part of the performer that delivers effects from the outbox. `attempt` is one bounded attempt at whatever is due
 * and never throws; `nextDue` says when there will be something to attempt (epoch milliseconds; infinite if nothing).
 */
export interface Worker {
  attempt(): Promise<void>;
  nextDue(): number;
}

/** What a worker tells once nothing more will happen to an effect. */
export type Settled = (effect: Effect, ok: boolean, detail: string) => void;
