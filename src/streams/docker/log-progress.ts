import type { LogStatus } from './followed-log.ts';

/** How the reading of one log goes. Moments in epoch milliseconds: of lines by the engine's clock, else by ours. */
export class LogProgress {
  phase: LogStatus['phase'] = 'waiting';
  reason: string | undefined;
  /** Since when it should be read and is not. */
  downSince: number | undefined;
  lastLineAt: number | undefined;
  #lines = 0;
  #lag = 0;

  /** A line that was stored at `at` has come at `now`, both by the engine's clock. */
  note(at: number, now: number): void {
    this.#lines++;
    this.lastLineAt = at;
    this.#lag = Math.max(0, now - at);
  }

  /** It is being read, or need not be. */
  enter(phase: LogStatus['phase'], reason?: string): void {
    this.phase = phase;
    this.reason = reason;
    this.downSince = undefined;
  }

  status(warnings: readonly string[]): LogStatus {
    const { phase, reason, lastLineAt, downSince } = this;
    return {
      phase,
      lines: this.#lines,
      lag: this.#lag,
      warnings: phase === 'unreadable' ? [] : warnings,
      ...(reason === undefined ? {} : { reason }),
      ...(lastLineAt === undefined ? {} : { lastLineAt }),
      ...(downSince === undefined ? {} : { downSince }),
    };
  }
}
