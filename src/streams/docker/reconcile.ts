import type { SchedulerLike, Subscription } from 'rxjs';

/** A read comes this long (milliseconds) after the follow was asked for or had left something out, and while it brings much … */
const SOON = 750;

/** … which is this part of a file, or so many entries, between two reads. */
const FAST_PART = 64;
const MANY_ENTRIES = 200;

/**
 * Otherwise a log is read this long after the first entry that no read has confirmed: sooner than a silent follow is
 * asked whether it has gone deaf, which takes the last piece of a line that is not confirmed for one that has not come.
 */
const LATER = 4_000;

/** After this part of a file a log is read at once: what the follow left out must not be rotated away. */
const LARGE_PART = 4;

/** A read asks for more entries than have come since the last one; for twice as many if the follow may have left out some. */
const MARGIN = 16;
const MOST_ENTRIES = 500_000;

export interface ReconcileParts {
  /** Bytes after which the log rotates. */
  readonly maxSize: number;
  /** Reads so many of the newest entries in order; true if there were any that the follow had not brought. */
  readonly read: (entries: number) => Promise<boolean>;
  readonly clock: SchedulerLike;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Decides when a log that rotates is read beside its follow, which may leave entries out when it does: seldom while it
 * writes little, since every read is a request of its own; and never two at a time.
 */
export interface Reconciler {
  /** An entry of so many bytes, as stored, has come by follow. */
  note(bytes: number): void;
  /** What has come has been noted: sees to it that a read begins in time. */
  plan(): void;
  /** Resolves when no read is under way. */
  idle(): Promise<void>;
}

export function reconciler({ maxSize, read, clock, signal }: ReconcileParts): Reconciler {
  let bytes = 0;
  let entries = 0;
  /** Since when there has been something to confirm. */
  let since: number | undefined;
  let soon = true;
  let timer: Subscription | undefined;
  let due = Infinity;
  let reading: Promise<void> | undefined;
  signal.addEventListener('abort', () => timer?.unsubscribe(), { once: true });
  plan();
  return {
    note: (size) => {
      bytes += size;
      entries++;
    },
    plan,
    idle: async () => reading,
  };

  function plan(): void {
    if (reading !== undefined || signal.aborted || (entries === 0 && !soon)) return;
    if (bytes * LARGE_PART >= maxSize) {
      begin();
      return;
    }
    since ??= clock.now();
    const next = since + (soon || isFast() ? SOON : LATER);
    if (next >= due) return;
    timer?.unsubscribe();
    due = next;
    // A clock that has stepped back since then must not put it off.
    timer = clock.schedule(begin, Math.min(LATER, Math.max(0, next - clock.now())));
  }

  function isFast(): boolean {
    return entries >= MANY_ENTRIES || bytes * FAST_PART >= maxSize;
  }

  function begin(): void {
    timer?.unsubscribe();
    due = Infinity;
    const size = Math.min(MARGIN + (isFast() ? 2 : 1) * entries, MOST_ENTRIES);
    bytes = 0;
    entries = 0;
    since = undefined;
    reading = readAgain(size);
  }

  async function readAgain(size: number): Promise<void> {
    try {
      soon = await read(size);
    } finally {
      reading = undefined;
      plan();
    }
  }
}
