import * as z from 'zod';
import type { Log } from '../../log.ts';
import type { Json, Position } from '../source.ts';
import type { OpenLine } from './message-joiner.ts';
import { unitRun, type UnitRun } from './unit-run.ts';

const openLine = z.object({
  name: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  writer: z.string(),
  text: z.string(),
  ts: z.string(),
  at: z.number(),
});

const shared = z.object({
  since: z.number(),
  cursor: z.string().default(''),
  at: z.number().default(0),
  open: z.array(openLine).default([]),
});

/** How far the journal has been read: everything up to an entry. Moments in epoch milliseconds. */
export interface JournalPosition {
  /** From when on entries are of interest while none has been read. */
  readonly since: number;
  /** The last entry that was read; empty while there is none. */
  readonly cursor: string;
  /** The time of that entry. */
  readonly at: number;
  /** Lines that have begun and not ended there. */
  readonly open: readonly OpenLine[];
  readonly runs: readonly UnitRun[];
}

/** Reads a stored position. One that cannot be used is left out, which is said in the log: reading begins afresh. */
export function readJournalPosition(position: Position, log: Log): JournalPosition | undefined {
  const found = shared.safeParse(position.shared);
  if (!found.success) {
    log.warn(
      { reason: z.prettifyError(found.error) },
      'the stored position in the journal cannot be used; reading begins afresh',
    );
    return undefined;
  }
  const runs = Object.values(position.parts).flatMap((part) => unitRun.safeParse(part).data ?? []);
  return { ...found.data, runs };
}

/** The same to be stored: what is known of a unit is a part, since most units do not change. */
export function writeJournalPosition({ since, cursor, at, open, runs }: JournalPosition): Position {
  return {
    parts: Object.fromEntries(runs.map((run): [string, Json] => [run.unit, { ...run }])),
    shared: { since, cursor, at, open: open.map((line) => ({ ...line })) },
  };
}
