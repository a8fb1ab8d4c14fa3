import type { Log } from '../../log.ts';
import { reasonOf, troubleOf } from './client.ts';
import type { DamageLimit } from './damage-limit.ts';
import { LogReadError } from './frames.ts';
import type { LogProgress } from './log-progress.ts';

/**
 * What a failed read of a log means: its container is `gone`, its driver keeps nothing to read (`unreadable`), the
 * stored log is `damaged`, or it is worth trying again (`retry`).
 */
export type ReadFailure = 'gone' | 'unreadable' | 'damaged' | 'retry';

export function failureOf(error: unknown): ReadFailure {
  if (error instanceof LogReadError) return 'damaged';
  const trouble = troubleOf(error);
  return trouble === 'gone' || trouble === 'unreadable' ? trouble : 'retry';
}

export interface FailingLog {
  readonly container: string;
  readonly progress: LogProgress;
  readonly damage: DamageLimit;
  readonly log: Log;
}

/** Notes a failure after which the log is read again, and says so once; an engine that is away is no news of the log. */
export function noteFailure(error: unknown, { container, progress, damage, log }: FailingLog): void {
  const reason = reasonOf(error);
  if (failureOf(error) === 'damaged') {
    damage.fail();
    if (damage.isNewlyUnreadable) log.error({ container, reason }, 'the log cannot be read; still trying');
  } else if (troubleOf(error) !== 'down' && reason !== progress.reason) {
    log.warn({ container, reason }, 'reading a log failed; trying again');
  }
  progress.reason = damage.isUnreadable ? `log unreadable: ${reason}` : reason;
}
