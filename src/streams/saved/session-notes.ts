/** A file, or the rest of one, that was not replayed. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/** What has to be told of a session beside its lines: what was left out, and what was taken for granted. */
export interface SessionNotes {
  readonly skipped: readonly Skipped[];
  readonly assumptions: readonly string[];
  skip(path: string, reason: string): void;
  assume(assumption: string): void;
}

/** Notes with nothing in them; `onSkip` is told at once of what is left out. */
export function sessionNotes(onSkip: (skipped: Skipped) => void = () => undefined): SessionNotes {
  const skipped: Skipped[] = [];
  const assumptions: string[] = [];
  return {
    skipped,
    assumptions,
    skip(path, reason) {
      skipped.push({ path, reason });
      onSkip({ path, reason });
    },
    assume: (assumption) => void assumptions.push(assumption),
  };
}
