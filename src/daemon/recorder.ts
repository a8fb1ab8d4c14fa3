import {
  EMPTY,
  identity,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  repeat,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import type { Effect, Observation, Outcome } from '../model.ts';
import { redact } from '../sinks/text/redact.ts';
import type { Log } from '../log.ts';
import { openSessionWriter } from '../streams/recording/session-writer.ts';

/** Where a run is recorded. */
export interface RecordingOptions {
  readonly dir: string;
  /** How many files are kept, the newest. */
  readonly keep: number;
  /** Passwords, tokens and keys are masked. */
  readonly mask: boolean;
}

/** A recording of what the daemon sees and of what becomes of its effects, for `replay`. */
export interface Recorder {
  /** Writes what passes, and passes it on. */
  readonly seen: MonoTypeOperatorFunction<readonly Observation[]>;
  /** Effects that have been asked for: how long each took is part of what is recorded. */
  readonly asked: (effects: readonly Effect[]) => void;
  /** Writes outcomes and puts everything on the disk once a second, while it is subscribed to. */
  readonly running$: Observable<unknown>;
  readonly close: () => void;
}

/** How often what has been seen is put on the disk, in milliseconds. */
const FLUSH = 1_000;

const NONE: Recorder = {
  seen: identity,
  asked: () => undefined,
  running$: EMPTY,
  close: () => undefined,
};

/**
 * Opens a recording, or none. Throws the file system's error if the folder cannot be made; a recording that cannot be
 * written later is given up with a word in the log: the daemon goes on without it.
 */
export function recorder(
  options: RecordingOptions | undefined,
  outcomes$: Observable<Outcome>,
  clock: SchedulerLike,
  log: Log,
): Recorder {
  if (options === undefined) return NONE;
  const { dir, keep, mask } = options;
  const writer = openSessionWriter({ dir, maxFiles: keep, ...(mask ? { mask: redact } : {}) });
  const asked = new Map<string, number>();
  let lost = false;

  function attempt(write: () => void): void {
    if (lost) return;
    try {
      write();
    } catch (error) {
      lost = true;
      log.error({ dir, err: error }, 'the recording cannot be written and is given up');
    }
  }

  function heard(outcome: Outcome): void {
    const { effect, at } = outcome;
    attempt(() => writer.outcome(outcome, { at: asked.get(effect) ?? at }));
    asked.delete(effect);
  }

  return {
    seen: tap((batch) => attempt(() => writer.write(batch))),
    asked: (effects) => {
      for (const { id, at } of effects) asked.set(id, at);
    },
    running$: merge(
      outcomes$.pipe(tap(heard)),
      timer(FLUSH, clock).pipe(
        repeat(),
        tap(() => attempt(() => writer.flush())),
      ),
    ),
    close: () => attempt(() => writer.close()),
  };
}
