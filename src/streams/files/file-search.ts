import type { SchedulerLike } from 'rxjs';
import type { Gap } from '../../model.ts';
import type { FileIntake } from './file-intake.ts';
import type { FilePosition } from './file-position.ts';
import { type FileSet, FILES } from './file-set.ts';
import { type FileSystem, keyOf } from './file-system.ts';
import { findRenamed, findRest } from './find-rest.ts';
import type { LeftPlace } from './left-places.ts';

/** How long it is looked for what became of a file, in milliseconds: it may just be being compressed. */
const SEARCH = 10_000;

/** A file that had not grown for so long (milliseconds) when others of its group still did was complete. */
const COMPLETE = 60 * 60_000;

export interface SearchParts {
  readonly set: FileSet;
  readonly intake: FileIntake;
  readonly tellGap: (gap: Gap) => void;
  /** Whether a path lies where nothing can be seen at the moment: what is there is not lost. */
  readonly isHidden: (path: string) => boolean;
  /** Whether a file has been found by its name, by device and inode. */
  readonly isThere: (key: string) => boolean;
  readonly clock: SchedulerLike;
  readonly signal: AbortSignal;
}

/**
 * Looks for what became of files that were read, and reads on there. What is not found in time is a gap: what such a
 * file held behind its place is lost.
 */
export async function searchLeft(parts: SearchParts, disk: FileSystem): Promise<void> {
  for (const place of parts.set.left.all()) {
    if (parts.signal.aborted) return;
    if (parts.isHidden(place.position.path)) continue;
    if (place.position.offset > 0) await search(parts, place, disk);
    else if (!parts.isThere(keyOf(place.position))) await searchEmpty(parts, place, disk);
  }
}

async function search(parts: SearchParts, place: LeftPlace, disk: FileSystem): Promise<void> {
  const { set } = parts;
  const rest = await findRest(place.position, (stats) => set.files.has(keyOf(stats)), disk);
  if (rest !== undefined) {
    set.resume(
      rest.file,
      { path: place.position.path, stats: rest.stats },
      { left: place, place: rest.place },
    );
    return;
  }
  if (!isOver(place, parts.clock.now())) return;
  place.file?.end();
  set.left.delete(place);
  if (!wasComplete(place.position, set)) tellLost(parts, place);
}

/** Nothing has been read from it, and perhaps there never was anything. */
async function searchEmpty(
  { set, intake, clock }: SearchParts,
  place: LeftPlace,
  disk: FileSystem,
): Promise<void> {
  const found = await findRenamed(place.position, disk);
  if (found !== undefined && found.stats.size > 0)
    await intake.take(found, disk, { log: place.position.path });
  else if (isOver(place, clock.now())) set.left.delete(place);
}

function isOver(place: LeftPlace, now: number): boolean {
  place.since ??= now;
  return Math.abs(now - place.since) >= SEARCH;
}

function wasComplete({ mtime }: FilePosition, set: FileSet): boolean {
  return [...set.files.values()].some((file) => file.position().mtime - mtime > COMPLETE);
}

function tellLost({ set, tellGap, clock }: SearchParts, { position, changed }: LeftPlace): void {
  const { path, seen } = position;
  const to = clock.now();
  const how = changed ? 'truncated or replaced' : 'removed';
  tellGap({
    type: 'gap',
    at: to,
    source: FILES,
    container: set.container,
    from: seen === 0 ? to : Math.min(seen, to),
    to,
    reason: `${path}: ${how} before it was read to its end; some of it may be missing`,
  });
}
