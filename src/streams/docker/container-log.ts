import { backoff, delay, gate } from '../delay.ts';
import { reasonOf, troubleOf } from './client.ts';
import type { LogRecord } from './log-record.ts';
import { firstRead, type FirstRead, logBeginning } from './first-read.ts';
import { followLog } from './follow-log.ts';
import type { ContainerLog, LogParts, LogStatus } from './followed-log.ts';
import { LogReadError } from './frames.ts';
import type { Inspected } from './inspected.ts';
import { lineJoiner } from './join-lines.ts';
import { deduplicator, type OrderedRead } from './deduplicator.ts';
import { logRisks, type LogRisks } from './log-options.ts';
import { readLog } from './read-log.ts';
import type { LogState } from './saved-position.ts';

/** Entries asked for first when a read must reach back to what has been counted; eight times more each further try. */
const FIRST_READ = 512;
const LARGEST_READ = 1_000_000;

/** After so many reads that failed inside the log itself it is called unreadable; trying goes on. */
const BAD_READS = 3;

/** How far back the first read goes that is to pass by a damaged beginning; an eighth of it each further try. */
const LARGEST_DAMAGED = 65_536;

/** A follow that lived this long ended for a reason of its own: the next one needs no patience. */
const HEALTHY = 5_000;

/** Begins to read a container's log; `saved` is where it was left off. */
export function containerLog(parts: LogParts, saved?: LogState): ContainerLog {
  const { client, id, inspect, engine, withSlot, clock, log, floor } = parts;
  const closing = new AbortController();
  const { signal } = closing;
  const woken = gate();
  const dedup = deduplicator(saved?.ledger);
  const joiner = lineJoiner((stream, ts, at, text) => {
    note(at);
    parts.line(stream, ts, at, text);
  }, saved?.joiner);
  const followBackoff = backoff(20, 2_000);
  const readBackoff = backoff(100, 5_000);
  let phase: LogStatus['phase'] = 'waiting';
  let reason: string | undefined;
  let lines = 0;
  let lag = 0;
  let lastLineAt: number | undefined;
  let downSince: number | undefined;
  let tty = false;
  let risks: LogRisks = { rotating: false, maxSize: Infinity, files: 1, warnings: [] };
  const beginning = logBeginning(floor);
  let badReads = 0;
  let ended = false;
  /** The stored log has been read after the follow ended: if the container is gone then, that was all. */
  let confirmed = false;
  let followTail = 64;
  /** No read goes further back than this: before it the stored log is damaged. */
  let ceiling = Infinity;

  const closed = () => signal.aborted;
  const done = run();
  return { wake, tick, status, snapshot, close: () => closing.abort(), done };

  function wake(started = false): void {
    if (started && phase === 'stopped') {
      phase = 'catching up';
      confirmed = false;
    }
    woken.open();
  }

  /** A line whose end does not come is closed in time; but not while its rest is being caught up with. */
  function tick(now: number): void {
    if (phase === 'following') joiner.idle(now);
  }

  async function run(): Promise<void> {
    while (!closed() && status().phase !== 'gone') {
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
    if (phase === 'waiting') phase = 'catching up';
    if (ended) {
      dedup.beginReconcile();
      await catchUp();
      if (!closed()) dedup.endReconcile();
      confirmed = true;
    }
    const found = await withSlot(async () => {
      const answer = await inspect();
      tty = answer.tty;
      risks = logRisks(answer);
      if (isRunning(answer)) downSince ??= clock.now();
      if (dedup.last === undefined) beginning.know(answer);
      if (answer.state !== 'created')
        await catchUp(floor !== undefined && answer.createdAt > floor ? Infinity : undefined);
      return answer;
    });
    readBackoff.reset();
    if (!isRunning(found)) {
      joiner.flush();
      phase = 'stopped';
      ceiling = Infinity;
      badReads = 0;
      downSince = undefined;
      ended = false;
      reason = undefined;
      await woken.passed(signal);
      return;
    }
    confirmed = false;
    const began = clock.now();
    const outcome = await followLog({
      read: (options, use) => readLog({ client, id, tty, ...options }, use),
      dedup,
      accept,
      lost,
      catchUp,
      risks,
      tail: followTail,
      ceiling,
      many: parts.followed() > 100,
      attached: () => {
        phase = 'following';
        reason = undefined;
        downSince = undefined;
      },
      clock,
      now: parts.now,
      log,
      name: parts.name,
      signal,
    });
    ended = true;
    if (signal.aborted) return;
    downSince ??= clock.now();
    phase = 'catching up';
    followTail = outcome === 'behind' ? grown(followTail) : 64;
    const healthy = clock.now() - began > HEALTHY;
    if (healthy) {
      ceiling = Infinity;
      badReads = 0;
    }
    if (outcome !== 'ended') return;
    if (healthy) followBackoff.reset();
    else await delay(followBackoff.next(), clock, signal);
  }

  /** Reads what is stored beyond what has been counted, however far back that is. True if there was anything. */
  async function catchUp(
    tail = dedup.last === undefined && floor === undefined ? Infinity : FIRST_READ,
  ): Promise<boolean> {
    let fresh = false;
    const take = (entry: LogRecord) => {
      fresh = true;
      accept(entry);
    };
    for (let size = tail; !closed(); size = grown(size)) {
      const all = size >= ceiling;
      const first = dedup.last === undefined && ceiling === Infinity ? firstRead(clock.now()) : undefined;
      const read = dedup.read({ size: all ? Infinity : size, contiguous: false, floor, accept: take, lost });
      const short = await readBack(Math.min(size, ceiling), read, first);
      if (closed()) break;
      if (short || !read.end()) continue;
      const missing = first && beginning.missing(first, risks);
      if (missing !== undefined)
        parts.lost(missing.from, missing.to, 'rotated before its first read: some of it may be missing');
      break;
    }
    return fresh;
  }

  async function readBack(tail: number, read: OrderedRead, first?: FirstRead): Promise<boolean> {
    let short = false;
    await readLog({ client, id, tty, follow: false, tail, signal }, (entry) => {
      first?.see(entry);
      short = !read.take(entry);
      return !short;
    });
    return short;
  }

  /** Most lines are whole and harmless: of those neither text nor timestamp is ever decoded. */
  function accept(entry: LogRecord): void {
    const { stream, at, bytes, start, end } = entry;
    if (joiner.isIdle(stream) && parts.skim(bytes, start, end)) {
      note(at);
      parts.quiet(stream, at);
    } else joiner.push(stream, entry.ts, at, bytes, start, end, parts.now());
  }

  function note(at: number): void {
    lines++;
    lastLineAt = at;
    lag = Math.max(0, parts.now() - at);
  }

  /** A follow that is under way may still bring what is no longer stored. */
  function lost(from: number, to: number, followed: boolean): void {
    parts.lost(
      from,
      to,
      followed || phase === 'following'
        ? 'rotated away before it could be read again: some of it may be missing'
        : 'rotated away before it could be read',
    );
  }

  async function handleReadError(error: unknown): Promise<void> {
    if (signal.aborted) return;
    const kind = error instanceof LogReadError ? 'bad read' : troubleOf(error);
    if (kind === 'gone') {
      gone();
      return;
    }
    if (phase !== 'stopped') downSince ??= clock.now();
    if (kind === 'unreadable') return unreadable();
    const told = reasonOf(error);
    if (kind === 'bad read') {
      ceiling = ceiling === Infinity ? LARGEST_DAMAGED : Math.max(1, Math.floor(ceiling / 8));
      if (++badReads === BAD_READS)
        log.error({ container: parts.name(), reason: told }, 'the log cannot be read; still trying');
    } else if (kind !== 'down' && told !== reason) {
      log.warn({ container: parts.name(), reason: told }, 'reading a log failed; trying again');
    }
    reason = badReads >= BAD_READS ? `log unreadable: ${told}` : told;
    ended = true;
    await delay(kind === 'bad read' && ceiling === 1 ? 30_000 : readBackoff.next(), clock, signal);
  }

  /** Removed. If its log was still being read, nobody can tell whether that was all. */
  function gone(): void {
    joiner.flush();
    if (phase !== 'stopped' && !confirmed) {
      const now = clock.now();
      parts.lost(lastLineAt ?? parts.since, now, 'removed before its last lines could be confirmed');
    }
    phase = 'gone';
    downSince = undefined;
  }

  /** Its driver keeps nothing to read, and that cannot change while it has this id. */
  async function unreadable(): Promise<void> {
    phase = 'unreadable';
    downSince = undefined;
    reason = 'its log driver does not support reading';
    log.warn({ container: parts.name(), reason }, 'this container cannot be followed');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  function status(): LogStatus {
    return {
      phase,
      lines,
      lag,
      warnings: phase === 'unreadable' ? [] : risks.warnings,
      ...(reason === undefined ? {} : { reason }),
      ...(lastLineAt === undefined ? {} : { lastLineAt }),
      ...(downSince === undefined ? {} : { downSince }),
    };
  }

  function snapshot(): LogState {
    return { ledger: dedup.snapshot(), joiner: joiner.snapshot() };
  }
}

/** While the engine waits to restart a container its state says running, but there is nothing to follow. */
function isRunning({ state }: Inspected): boolean {
  return state === 'running' || state === 'paused';
}

function grown(size: number): number {
  return size * 8 > LARGEST_READ ? Infinity : size * 8;
}
