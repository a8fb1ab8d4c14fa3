import type { SchedulerLike } from 'rxjs';
import { delay } from '../delay.ts';
import type { ReadRecords } from './catch-up.ts';
import { type LogRecord, keepRecord } from './log-record.ts';
import { STORED_OVERHEAD } from './first-read.ts';
import type { Deduplicator, OnLost } from './deduplicator.ts';
import type { LogRisks } from './log-options.ts';
import type { Log } from '../../log.ts';
import { reconciler } from './reconcile.ts';

/** After so much silence the stored log is probed for what the follow has not brought; the longest time between probes. */
const PROBE = { usual: 30_000, most: 300_000, often: 5_000, oftenMost: 30_000 };

/** A record may be stored and not yet have come by follow for this long. */
const IN_FLIGHT = 500;

export interface FollowParts {
  readonly read: ReadRecords;
  readonly dedup: Deduplicator;
  readonly accept: (record: LogRecord) => void;
  readonly lost: OnLost;
  /** Reads the stored log, so many of the newest records first; true if any had not been counted. */
  readonly catchUp: (first: number) => Promise<boolean>;
  readonly risks: LogRisks;
  /** How many of the newest records the follow begins with. */
  readonly tail: number;
  /** No more records than these may be requested. */
  readonly ceiling: number;
  /** So many logs are followed that some engines leave a few of them without lines. */
  readonly many: boolean;
  /** The answer has begun. */
  readonly attached: () => void;
  readonly clock: SchedulerLike;
  /** The time, cheaply: to within a few milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  readonly name: () => string;
  readonly signal: AbortSignal;
}

/**
 * Follows one log to the end of its stream. `ended`: the engine ended it. `behind`: more had been written before it
 * began than its `tail` reaches back; the caller catches up and follows with a larger one. `deaf`: it was open and silent while lines were being stored.
 * Where the log cannot rotate, the follow itself is in order and complete. Where it can, the follow is only for speed
 * and the stored log is read beside it. Rejects if the connection or any read fails.
 */
export async function followLog(parts: FollowParts): Promise<'ended' | 'behind' | 'deaf'> {
  const { dedup, accept, lost, risks, clock, log } = parts;
  const { rotating } = risks;
  const stop = new AbortController();
  const signal = AbortSignal.any([parts.signal, stop.signal]);
  const tail = Math.min(dedup.last === undefined ? Infinity : parts.tail, parts.ceiling);
  const whole = tail === parts.ceiling;
  const ordered = dedup.read({
    size: whole ? Infinity : tail,
    contiguous: true,
    floor: undefined,
    accept,
    lost,
  });
  let outcome: 'ended' | 'behind' | 'deaf' = 'ended';
  let heardAt = clock.now();
  /** The stored log had something that the follow had not brought, and the follow has been silent since. */
  let outrun = false;
  let failure: Error | undefined;
  const stopped = () => signal.aborted;

  const beside = rotating
    ? reconciler({ maxSize: risks.maxSize, read: reconcile, clock, signal })
    : undefined;
  const listening = listen();
  try {
    await parts.read({ follow: true, tail, signal, opened: parts.attached, progress }, use);
  } finally {
    stop.abort();
    await Promise.all([listening, beside?.idle()]);
  }
  if (failure !== undefined && !parts.signal.aborted) throw failure;
  return outcome;

  function use(record: LogRecord): boolean {
    if (beside !== undefined) {
      beside.note(record.end - record.start + STORED_OVERHEAD);
      if (dedup.follow(record)) accept(record);
      return true;
    }
    if (ordered.take(record)) return true;
    outcome = 'behind';
    return false;
  }

  function progress(): void {
    heardAt = parts.now();
    outrun = false;
    beside?.plan();
  }

  /** One read of the stored log beside the follow. Only what a whole read has passed is confirmed. */
  async function reconcile(size: number): Promise<boolean> {
    dedup.beginReconcile();
    try {
      const fresh = await parts.catchUp(size);
      if (parts.signal.aborted) return false;
      dedup.endReconcile();
      if (fresh) outrun = true;
      return fresh;
    } catch (error) {
      return fail(error);
    }
  }

  async function listen(): Promise<void> {
    const often = rotating || parts.many;
    const first = often ? PROBE.often : PROBE.usual;
    let wait = first;
    while (!stopped()) {
      // A clock that has stepped back must not put the question off.
      heardAt = Math.min(heardAt, clock.now());
      const silent = clock.now() - heardAt;
      if (silent < wait) {
        if (silent < first) wait = first;
        await delay(Math.max(wait - silent, 100), clock, signal);
        continue;
      }
      wait = silent + Math.min(silent, often ? PROBE.oftenMost : PROBE.most);
      if (await isDeaf().catch(fail)) {
        log.warn({ container: parts.name(), silent }, 'a follow has gone deaf; opening it again');
        outcome = 'deaf';
        stop.abort();
      }
    }
  }

  /** Whether the newest stored record has not come although it has had its time. */
  async function isDeaf(): Promise<boolean> {
    if (outrun) return true;
    const newest: LogRecord[] = [];
    await parts.read({ follow: false, tail: 1, signal }, (record) => newest.push(keepRecord(record)) > 0);
    const record = newest.at(-1);
    if (record === undefined || dedup.knows(record)) return false;
    await delay(IN_FLIGHT, clock, signal);
    return !stopped() && !dedup.knows(record);
  }

  function fail(error: unknown): false {
    if (!stopped()) failure = error instanceof Error ? error : new Error(String(error));
    stop.abort();
    return false;
  }
}
