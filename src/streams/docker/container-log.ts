import { backoff, delay, gate } from '../delay.ts';
import { catchUp, FIRST_READ, grown, type ReadRecords } from './catch-up.ts';
import { DamageLimit } from './damage-limit.ts';
import { deduplicator } from './deduplicator.ts';
import { type FirstRead, logBeginning } from './first-read.ts';
import { followLog } from './follow-log.ts';
import type { ContainerLog, LogParts } from './followed-log.ts';
import type { Inspected } from './inspected.ts';
import { logRisks, type LogRisks } from './log-options.ts';
import { logLosses } from './log-losses.ts';
import { LogProgress } from './log-progress.ts';
import { failureOf, noteFailure } from './read-failure.ts';
import { readLog } from './read-log.ts';
import { recordSink } from './record-sink.ts';
import type { LogState } from './saved-position.ts';

/** Records that a follow begins with, to find what has been counted among them. */
const FOLLOW_TAIL = 64;

/** A follow that lived this long (milliseconds) ended for a reason of its own: the next one begins at once. */
const HEALTHY = 5_000;

/** With more follows than this some engines leave a few of them without lines. */
const MANY = 100;

/** A log that can be read only from its very last record on is tried again after this, in milliseconds. */
const DAMAGED_RETRY = 30_000;

/** Begins to read a container's log; `saved` is where it was left off. */
export function containerLog(parts: LogParts, saved?: LogState): ContainerLog {
  const { client, id, engine, withSlot, clock, theirs, log, floor } = parts;
  const closing = new AbortController();
  const { signal } = closing;
  const woken = gate();
  const progress = new LogProgress();
  const damage = new DamageLimit();
  const dedup = deduplicator(saved?.ledger);
  const losses = logLosses(parts, progress);
  const sink = recordSink(parts, progress, saved?.joiner);
  const beginning = logBeginning(floor);
  const followBackoff = backoff(20, 2_000);
  const readBackoff = backoff(100, 5_000);
  let tty = false;
  let risks: LogRisks = { rotating: false, maxSize: Infinity, files: 1, warnings: [] };
  /** A follow or a read has come to an end: there may be more in the stored log than it has brought. */
  let hasEnded = false;
  /** The stored log has been read after the follow ended: if the container is gone then, that was all. */
  let isConfirmed = false;
  /** As it was saved, until it is known how the log stands now. */
  let wasAtEnd = saved?.ended === true;
  let followTail = FOLLOW_TAIL;
  let undatedTold = false;
  const undated = (): void => {
    if (!undatedTold) log.warn({ container: id }, 'an entry of the log has no moment in time and is dropped');
    undatedTold = true;
  };

  const read: ReadRecords = (options, use) => readLog({ client, id, tty, undated, ...options }, use);
  const reading = {
    read,
    dedup,
    damage,
    floor,
    accept: sink.accept,
    lost: losses.rotated,
    onFirstRead: (first: FirstRead) => losses.beforeFirstRead(beginning, first, risks),
    now: () => theirs.now(),
    signal,
  };
  const done = run();
  return {
    wake,
    tick,
    status: () => progress.status(risks.warnings),
    snapshot,
    close: () => closing.abort(),
    done,
  };

  function wake(started = false): void {
    if (started) wasAtEnd = false;
    if (started && progress.phase === 'stopped') {
      progress.phase = 'catching up';
      isConfirmed = false;
    }
    woken.open();
  }

  /** A line whose end does not come is closed in time; but not while its rest is being caught up with. */
  function tick(now: number): void {
    if (progress.phase === 'following') sink.tick(now);
  }

  function snapshot(): LogState {
    const { phase } = progress;
    const ended = phase === 'stopped' || phase === 'unreadable' || (phase === 'waiting' && wasAtEnd);
    return { ledger: dedup.snapshot(), joiner: sink.snapshot(), ...(ended ? { ended } : {}) };
  }

  async function run(): Promise<void> {
    while (!signal.aborted && progress.phase !== 'gone') {
      await engine(signal);
      if (closed()) break;
      try {
        await readCycle();
      } catch (error) {
        await handleReadError(error);
      }
    }
  }

  /** Catch up; then follow to the end of the run, or wait for the next one. */
  async function readCycle(): Promise<void> {
    woken.close();
    if (progress.phase === 'waiting') progress.phase = 'catching up';
    if (hasEnded) await confirm();
    const found = await withSlot(lookAndCatchUp);
    readBackoff.reset();
    if (isRunning(found)) await follow();
    else await waitForStart();
  }

  async function confirm(): Promise<void> {
    dedup.beginReconcile();
    await readStored();
    if (!closed()) dedup.endReconcile();
    isConfirmed = true;
  }

  async function lookAndCatchUp(): Promise<Inspected> {
    const found = await parts.inspect();
    tty = found.tty;
    risks = logRisks(found);
    if (isRunning(found)) progress.downSince ??= clock.now();
    if (dedup.last === undefined) beginning.know(found);
    const isNew = floor !== undefined && found.createdAt > floor;
    if (found.state !== 'created') await readStored(isNew ? Infinity : undefined);
    return found;
  }

  function readStored(
    tail = dedup.last === undefined && floor === undefined ? Infinity : FIRST_READ,
  ): Promise<boolean> {
    return catchUp(reading, tail);
  }

  async function waitForStart(): Promise<void> {
    sink.flush();
    progress.enter('stopped');
    damage.reset();
    hasEnded = false;
    await woken.passed(signal);
  }

  async function follow(): Promise<void> {
    isConfirmed = false;
    const began = clock.now();
    const outcome = await followLog({
      ...reading,
      catchUp: readStored,
      risks,
      tail: followTail,
      ceiling: damage.records,
      many: parts.followed() > MANY,
      attached: () => progress.enter('following'),
      clock,
      now: parts.now,
      log,
      name: parts.name,
    });
    hasEnded = true;
    if (closed()) return;
    progress.downSince ??= clock.now();
    progress.phase = 'catching up';
    followTail = outcome === 'behind' ? grown(followTail) : FOLLOW_TAIL;
    const healthy = clock.now() - began > HEALTHY;
    if (healthy) damage.reset();
    if (outcome !== 'ended') return;
    if (healthy) followBackoff.reset();
    else await delay(followBackoff.next(), clock, signal);
  }

  async function handleReadError(error: unknown): Promise<void> {
    if (closed()) return;
    const failure = failureOf(error);
    if (failure === 'gone') {
      gone();
      return;
    }
    if (progress.phase !== 'stopped') progress.downSince ??= clock.now();
    if (failure === 'unreadable') return unreadable();
    noteFailure(error, { container: parts.name(), progress, damage, log });
    hasEnded = true;
    const atLastRecord = failure === 'damaged' && damage.records === 1;
    await delay(atLastRecord ? DAMAGED_RETRY : readBackoff.next(), clock, signal);
  }

  /** Removed. Unless its log had been read to the end, lines may be missing. */
  function gone(): void {
    sink.flush();
    if (progress.phase !== 'stopped' && !isConfirmed) losses.removed();
    progress.enter('gone', progress.reason);
  }

  /** Its driver keeps nothing to read, and that cannot change while it has this id. */
  async function unreadable(): Promise<void> {
    const reason = 'its log driver does not support reading';
    progress.enter('unreadable', reason);
    log.warn({ container: parts.name(), reason }, 'this container cannot be followed');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** It may have been while something was awaited, which the compiler does not see. */
  function closed(): boolean {
    return signal.aborted;
  }
}

/** While the engine waits to restart a container its state says running, but there is nothing to follow. */
function isRunning({ state }: Inspected): boolean {
  return state === 'running' || state === 'paused';
}
