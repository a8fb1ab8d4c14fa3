import { type Stats, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  concatMap,
  distinctUntilChanged,
  map,
  type Observable,
  repeat,
  type SchedulerLike,
  skip,
  startWith,
  timer,
} from 'rxjs';
import { LONGEST_PAUSE } from '../incidents/rebase.ts';
import type { Control } from '../model.ts';

/**
 * An operator's switch: while this file is in the state directory no heal starts (T22 in
 * docs/reference/incident-transitions.md).
 */
export const PAUSE_FILE = 'PAUSE';

const LOOK_EVERY = 1_000;
/** A file written so many milliseconds ahead of the clock is from the future: file systems round by less. */
const AHEAD = 60_000;
/** Without a moment in it the pause ends an hour after the file was written: there is always an end. */
const DEFAULT_PAUSE = 60 * 60_000;
/**
 * Pauses and resumes as the file appears, changes and disappears. Its first line is the moment the pause ends (ISO
 * 8601); without one that can be read the default applies. `from` is the end of the pause that is known already and
 * not emitted again.
 */
export function pauseFile(dir: string, from: number, clock: SchedulerLike): Observable<Control> {
  return timer(LOOK_EVERY, clock).pipe(
    concatMap(() => pausedUntil(dir, clock.now())),
    repeat(),
    startWith(from),
    distinctUntilChanged(),
    skip(1),
    map((until): Control => {
      const at = clock.now();
      return until > at ? { type: 'pause', at, until } : { type: 'resume', at };
    }),
  );
}

/**
 * The end of the pause in epoch milliseconds, seen at `now`; 0 if there is no such file, or a directory that may not be entered. One that cannot be read pauses all
 * the same. However far off the moment in it, the pause ends 30 days after it was written; a file from the future, written
 * while the clock was ahead, is written anew with that end, which would move away with the clock otherwise.
 */
export async function pausedUntil(dir: string, now: number): Promise<number> {
  const path = join(dir, PAUSE_FILE);
  // Done every second, and the file is hardly ever there: an exception each time would cost more than the rest of a quiet second.
  const found = statOf(path);
  if (found === undefined) return 0;
  const written = Math.floor(found.mtimeMs);
  const text = await readFile(path, 'utf8').catch(() => '');
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?(?=\s|$)/.exec(text)?.[0];
  const until = moment === undefined ? Number.NaN : Date.parse(moment);
  const from = Math.min(written, now);
  const end = Number.isNaN(until) ? from + DEFAULT_PAUSE : Math.min(until, from + LONGEST_PAUSE);
  if (written > now + AHEAD && found.isFile()) await writePause(dir, end).catch(() => undefined);
  return end;
}

/** Writes the file, so that the pause outlives a restart; atomically, since it is read every second. */
export async function writePause(dir: string, until: number): Promise<void> {
  const path = join(dir, PAUSE_FILE);
  await writeFile(`${path}.new`, `${new Date(until).toISOString()}\n`);
  await rename(`${path}.new`, path);
}

/** Removes the file if it is there. */
export async function removePause(dir: string): Promise<void> {
  await rm(join(dir, PAUSE_FILE), { force: true });
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
