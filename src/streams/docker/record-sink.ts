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
  parts: Pick<LogParts, 'line' | 'quiet' | 'skim' | 'now' | 'theirs' | 'name' | 'log'>,
  progress: LogProgress,
  saved?: JoinerState,
): RecordSink {
  const { line, quiet, skim, now, theirs } = parts;
  let nulsTold = false;
  const nuls = (): void => {
    const said = 'its log holds NUL characters, as text in UTF-16 does: they are dropped before it is judged';
    if (!nulsTold) parts.log.warn({ container: parts.name() }, said);
    nulsTold = true;
  };
  const joiner = lineJoiner(
    (stream, ts, at, text) => {
      progress.note(at, theirs.toTheirs(now()));
      line(stream, ts, at, text);
    },
    saved,
    nuls,
  );
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
