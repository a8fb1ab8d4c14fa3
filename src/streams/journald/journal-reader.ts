import { spawn } from 'node:child_process';
import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../log.ts';
import { backoff, delay } from '../delay.ts';
import { parseObject } from '../saved/json-object.ts';
import type { Connection } from '../source.ts';
import { hasReached, isSameEntry, missingBetween, numberedBy } from './cursor.ts';
import { type JournalEntry, ownField, stampOf } from './journal-entry.ts';
import {
  type Beginning,
  followArguments,
  type Journalctl,
  type Newest,
  newestEntry,
  refusal,
} from './journalctl.ts';
import { tailOf, TOOL_ENVIRONMENT, whyNot } from './run-tool.ts';
import { splitLines } from './split-lines.ts';

/** How often it is asked whether there is something new that the child should have told of, in milliseconds. */
const HEARTBEAT = 30_000;

/** A child that lived this long (milliseconds) ended for a reason of its own: the next one is started at once. */
const HEALTHY = 5_000;

/** The last entry that has been read: where a next child begins. Empty and 0 while there is none. */
export interface Place {
  cursor: string;
  at: number;
}

export interface ReaderParts {
  readonly journalctl: Journalctl;
  /** Changes with each entry, before it is handed on. */
  readonly place: Place;
  /** From when on entries are of interest while none has been read; epoch milliseconds. */
  readonly since: number;
  /** Whether an entry, as text, may be of interest: others are not parsed. */
  readonly mayConcern: (json: string) => boolean;
  readonly entry: (entry: JournalEntry, ts: string, at: number) => void;
  readonly lost: (from: number, to: number, reason: string) => void;
  /** Everything that was stored when reading began has been read; called for each child. */
  readonly caughtUp: () => void;
  /** The connection has changed. */
  readonly changed: () => void;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The journal being read, child after child. */
export interface JournalReader {
  readonly connection: () => Connection;
  /** Since when not everything that is stored has been read; undefined while it is. */
  downSince(): number | undefined;
}

/**
 * Reads the journal through one child that follows it, begun again where the last one ended. Whatever keeps it from being
 * read (not installed, not allowed, no journal) is a state that is asked after again and again.
 */
export function journalReader(parts: ReaderParts): JournalReader {
  const { journalctl, place, clock, log, signal } = parts;
  const wait = backoff(100, 10_000);
  const closed = () => signal.aborted;
  let downSince: number | undefined = clock.now();
  let now: Connection = { state: 'connecting', since: clock.now() };
  void run();
  return { connection: () => now, downSince: () => downSince };

  async function run(): Promise<void> {
    while (!closed()) {
      const began = clock.now();
      const reason = await read();
      if (closed()) return;
      down(reason);
      if (clock.now() - began > HEALTHY) wait.reset();
      await delay(wait.next(), clock, signal);
    }
  }

  /** Reads for as long as it can be done; why it ended. */
  async function read(): Promise<string> {
    try {
      const newest = await newestEntry(journalctl, signal);
      if (!newest.ok || closed()) return newest.ok ? '' : newest.reason;
      return await follow(newest);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** One child from its start to its end, and why it ended. */
  function follow(newest: Extract<Newest, { ok: true }>): Promise<string> {
    const beginning = beginningFor(newest);
    const isStranger = strangerTo(beginning, newest);
    /** The entry of our place itself, if the journal still holds it. */
    let isFirst = true;
    let behind = true;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const child = spawn(journalctl.program, followArguments(journalctl, beginning), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: TOOL_ENVIRONMENT,
      signal: either,
      killSignal: 'SIGKILL',
    });
    const complaint = tailOf(child.stderr);
    const split = splitLines(take, tooLong);
    child.stdout.on('data', (chunk: Buffer) => {
      if (!closed()) split(chunk);
    });
    if (isCaughtUp(newest)) reached();
    return new Promise((resolve) => {
      void deafness(either).then((reason) => {
        resolve(reason);
        ended.abort();
      });
      child.once('error', (error) => {
        resolve(whyNot(journalctl.program, error));
        ended.abort();
      });
      child.once('close', (code) => {
        const said = refusal(complaint()) ?? complaint().split('\n').at(-1) ?? '';
        resolve(said === '' ? `journalctl ended with ${code ?? 'a signal'}` : said);
        ended.abort();
      });
    });

    function take(text: string): void {
      const cursor = ownField(text, '__CURSOR');
      const micros = ownField(text, '__REALTIME_TIMESTAMP');
      if (cursor === undefined || micros === undefined || isStranger(cursor)) return;
      const { cursor: before, at: beforeAt } = place;
      place.cursor = cursor;
      place.at = Number(micros.slice(0, -3));
      if (!isFirst || !isSameEntry(before, cursor)) {
        const missing = before === '' ? 0 : (missingBetween(before, cursor) ?? (isFirst ? Infinity : 0));
        if (missing > 0) parts.lost(beforeAt, place.at, notHeld(missing));
        const entry = parts.mayConcern(text) ? parseObject(text) : undefined;
        if (entry !== undefined) parts.entry(entry, stampOf(micros).ts, place.at);
      }
      isFirst = false;
      if (behind && isCaughtUp(newest)) reached();
    }

    function reached(): void {
      behind = false;
      up();
      parts.caughtUp();
    }
  }

  /**
   * Resolves when there is something to be read that the child does not tell of, or nothing can be read any more: with
   * the reason. It has no way to notice that the folder of the journal was replaced, or that there is a second one now.
   */
  async function deafness(child: AbortSignal): Promise<string> {
    let before: { readonly newest: string; readonly place: string } | undefined;
    for (;;) {
      await delay(HEARTBEAT, clock, child);
      const newest = await newestEntry(journalctl, child);
      if (child.aborted) return '';
      if (!newest.ok) return newest.reason;
      const stands = before?.place === place.cursor && hasReached(place.cursor, before.newest) !== true;
      if (stands && !isCaughtUp(newest)) return 'journalctl did not tell of what was logged';
      before = { newest: newest.cursor, place: place.cursor };
    }
  }

  function tooLong(): void {
    parts.lost(place.at, Math.max(place.at, clock.now()), 'an entry of more than 8 MiB was not read');
  }

  /**
   * Where a child has to begin. A journal that was made anew while the clock was set back ends before the place we know,
   * which would be waited for: it is read from its beginning then.
   */
  function beginningFor(newest: Extract<Newest, { ok: true }>): Beginning {
    if (place.cursor === '') return { at: 'since', since: parts.since };
    const isAnew = numberedBy(newest.cursor) !== numberedBy(place.cursor);
    return isAnew && newest.at < place.at ? { at: 'head' } : { at: 'entry', cursor: place.cursor };
  }

  function isCaughtUp(newest: Extract<Newest, { ok: true }>): boolean {
    if (place.cursor === '') return newest.at < parts.since;
    return hasReached(place.cursor, newest.cursor) ?? place.at >= newest.at;
  }

  function up(): void {
    downSince = undefined;
    wait.reset();
    if (now.state === 'up') return;
    const { state, since } = now;
    log.info(state === 'down' ? { after: clock.now() - since } : {}, 'reading the journal');
    now = { state: 'up', since: clock.now() };
    parts.changed();
  }

  function down(reason: string): void {
    downSince ??= clock.now();
    if (now.state === 'down' && now.reason === reason) return;
    if (now.state !== 'down') log.warn({ reason }, 'the journal cannot be read; waiting for it');
    now = { state: 'down', since: now.state === 'down' ? now.since : clock.now(), reason };
    parts.changed();
  }
}

/** Of a journal read from its beginning only what the journald of today has written is new. */
function strangerTo({ at }: Beginning, newest: { readonly cursor: string }): (cursor: string) => boolean {
  if (at !== 'head') return () => false;
  const own = numberedBy(newest.cursor);
  return (cursor) => numberedBy(cursor) !== own;
}

function notHeld(missing: number): string {
  const entries = missing === Infinity ? 'entries' : missing === 1 ? 'an entry' : `${missing} entries`;
  return `the journal no longer held ${entries} that had not been read yet; whether this unit's were among them is not known`;
}
