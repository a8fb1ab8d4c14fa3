import type { Config } from '../../config/config.ts';
import type { RecordedOutcome } from '../recording/session-format.ts';
import type { Skim } from '../skim.ts';
import type { SkimAhead } from './skim-ahead.ts';
import type { SavedStream } from './merge.ts';
import type { SavedFile } from './saved-files.ts';
import type { Origins } from './saved-lines.ts';
import type { SessionNotes } from './session-notes.ts';
import type { TextFile } from './text-file.ts';

/** A file whose format is asked for. */
export interface Candidate extends SavedFile {
  /** When it was last changed, in epoch milliseconds; the present for what is not a file. */
  readonly changed: number;
}

/** What a session of several files is read with. */
export interface SessionParts {
  readonly origins: Origins;
  readonly notes: SessionNotes;
  readonly restarts: Config['restarts'];
  /** Gets the outcomes of effects that a recording holds. */
  readonly recorded: RecordedOutcome[];
  /** Lines a second for what has no times. */
  readonly rate: number;
  readonly skim: Skim;
  /** Skims the same ahead of time. */
  readonly ahead?: SkimAhead | undefined;
}

/** A file that is about to be read. */
export interface Reading extends SessionParts, Candidate {
  readonly file: TextFile;
  /** The container that the file is named for. */
  readonly container: string;
  /** Its first lines, which are still to be read. */
  readonly lines: readonly string[];
  /** The time of lines that come before any time of their own: its own first one, else where the session begins. */
  readonly start: number;
}

/**
 * One way in which logs are saved: one file in `formats/`, one line in the registry, one contract test
 * (`test/saved-format-contract.test.ts`). Lines in order of time, times in whole epoch milliseconds; what is damaged is
 * noted, and the rest is read.
 */
export interface SavedFormat {
  /** For people: what `docs/replay.md` calls it. */
  readonly name: string;
  /**
   * Whether these first lines of a file, at least one, are in it. Throws an Error with the reason for what is in it, but in
   * a form or version that cannot be read.
   */
  looksLike(lines: readonly string[], file: Candidate): boolean;
  /** The first possible moment in these lines, in epoch milliseconds; undefined if there is none. */
  firstStamp(lines: readonly string[], file: Candidate): number | undefined;
  /** One stream, or several side by side where a file is not in order. */
  open(reading: Reading): readonly SavedStream[] | Promise<readonly SavedStream[]>;
}
