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

/** The part of a logger that sinks use: pino's, or any that speaks like it. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
