import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * The wait before a read, in milliseconds, where the follow is likely to leave records out: it has just begun, the last
 * read found some that it had left out, or the log is written fast.
 */
const SOON = 750;

/** A log is written fast when a 64th of a file, or so many records, have come since the last read. */
const FAST_PART = 64;
const MANY_RECORDS = 200;

/**
 * The wait otherwise, from the first record that no read has confirmed. It is shorter than the silence after which a
 * follow is probed for deafness: that probe would take the last piece of an unconfirmed line for one that did not come.
 */
const LATER = 4_000;

/** When a quarter of a file has come, the read begins at once: what the follow left out must not be rotated away. */
const LARGE_PART = 4;

/** A read requests so many records more than have come since the last one, and twice as many where the log is written fast. */
const MARGIN = 16;
const MOST_RECORDS = 500_000;

export interface ReconcileParts {
  /** Bytes after which the log rotates. */
  readonly maxSize: number;
  /** Reads so many of the newest records; true if there were any among them that the follow had left out. */
  readonly read: (records: number) => Promise<boolean>;
  readonly clock: SchedulerLike;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Decides when a log that rotates is read beside its follow. At a rotation a follow may leave records out or repeat some,
 * so the stored log confirms what it brought, a moment later. Reads are rare while little is written, since each is a
 * request of its own, and never two at a time.
 */
export interface Reconciler {
  /** A record of so many bytes, as stored, has come by follow. */
  note(bytes: number): void;
  /** To be called when all that has come was noted: schedules the next read. */
  plan(): void;
  /** Resolves when no read is under way. */
  idle(): Promise<void>;
}

export function reconciler({ maxSize, read, clock, signal }: ReconcileParts): Reconciler {
  let bytes = 0;
  let records = 0;
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
      records++;
    },
    plan,
    idle: async () => reading,
  };

  function plan(): void {
    if (reading !== undefined || signal.aborted || (records === 0 && !soon)) return;
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
    return records >= MANY_RECORDS || bytes * FAST_PART >= maxSize;
  }

  function begin(): void {
    timer?.unsubscribe();
    due = Infinity;
    const size = Math.min(MARGIN + (isFast() ? 2 : 1) * records, MOST_RECORDS);
    bytes = 0;
    records = 0;
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
