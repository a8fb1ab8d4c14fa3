import type { LogParts } from './followed-log.ts';
import { lineJoiner } from './join-lines.ts';
import type { LogProgress } from './log-progress.ts';
import type { LogRecord } from './log-record.ts';
import type { JoinerState } from './saved-position.ts';

/** Makes lines of the records that have not been counted before, and counts those that are plainly harmless. */
export interface RecordSink {
  readonly accept: (record: LogRecord) => void;
  /** Ends lines whose end has not come in time by `now`. */
  tick(now: number): void;
  /** Ends all lines: the run is over. */
  flush(): void;
  snapshot(): JoinerState;
}

export function recordSink(
  { line, quiet, skim, now, theirs }: Pick<LogParts, 'line' | 'quiet' | 'skim' | 'now' | 'theirs'>,
  progress: LogProgress,
  saved?: JoinerState,
): RecordSink {
  const joiner = lineJoiner((stream, ts, at, text) => {
    progress.note(at, theirs.toTheirs(now()));
    line(stream, ts, at, text);
  }, saved);
  return {
    accept,
    tick: (now) => joiner.idle(now),
    flush: () => joiner.flush(),
    snapshot: () => joiner.snapshot(),
  };

  /** Most lines are whole and harmless: of those neither text nor timestamp is ever decoded. */
  function accept(record: LogRecord): void {
    const { stream, at, bytes, start, end } = record;
    if (joiner.isIdle(stream) && skim(bytes, start, end)) {
      progress.note(at, theirs.toTheirs(now()));
      quiet(stream, at);
    } else joiner.push(stream, record.ts, at, bytes, start, end, now());
  }
}
