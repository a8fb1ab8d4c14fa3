import type { SessionNotes } from './session-notes.ts';

/** Moments outside these years are a clock that was not set, or no timestamp at all. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Whether a moment (epoch milliseconds) can be the time of a log line: in this century. */
export function isPlausible(at: number): boolean {
  return at >= EARLIEST && at < LATEST;
}

/** Counts lines with an impossible time, which take that of the line above, and notes them. */
export class ImpossibleTimes {
  #count = 0;
  #first = '';

  see(text: string): void {
    if (this.#count === 0) this.#first = text;
    this.#count += 1;
  }

  note(path: string, notes: SessionNotes): void {
    if (this.#count === 0) return;
    const lines = this.#count === 1 ? '1 line bears' : `${this.#count} lines bear`;
    notes.assume(
      `${path}: ${lines} an impossible time (${this.#first}); the time of the line above is taken`,
    );
  }
}
