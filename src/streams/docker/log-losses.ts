import type { FirstRead, LogBeginning } from './first-read.ts';
import type { LogParts } from './followed-log.ts';
import type { LogRisks } from './log-options.ts';
import type { LogProgress } from './log-progress.ts';

/** Says in words what is known to be lost of one log, or may be. */
export interface LogLosses {
  /** Records between two moments are no longer stored; `followed`: a follow had come past some or all of them. */
  readonly rotated: (from: number, to: number, followed: boolean) => void;
  /** The first read of the log is complete. */
  beforeFirstRead(beginning: LogBeginning, first: FirstRead, risks: LogRisks): void;
  /** The container is gone, and what was read last was not the end of its log for sure. */
  removed(): void;
}

export function logLosses(
  { lost, since, theirs }: Pick<LogParts, 'lost' | 'since' | 'theirs'>,
  progress: LogProgress,
): LogLosses {
  return {
    rotated: (from, to, followed) => {
      // A follow that is under way may still bring what is no longer stored.
      const isUnsure = followed || progress.phase === 'following';
      const reason = isUnsure
        ? 'rotated away before it could be read again: some of it may be missing'
        : 'rotated away before it could be read';
      lost(from, to, reason);
    },
    beforeFirstRead: (beginning, first, risks) => {
      const missing = beginning.missing(first, risks);
      if (missing === undefined) return;
      lost(missing.from, missing.to, 'rotated before its first read: some of it may be missing');
    },
    removed: () => {
      const from = progress.lastLineAt ?? since;
      lost(from, theirs.now(), 'removed before its last lines could be confirmed');
    },
  };
}
