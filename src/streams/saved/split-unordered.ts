import type { Observation } from '../../model.ts';
import type { SavedStream } from './merge.ts';
import { type LineParser, savedLines } from './saved-lines.ts';
import type { SessionNotes } from './session-notes.ts';
import { TextFile } from './text-file.ts';

/** Lines this much too late (milliseconds) are what several writers at once bring about, no more. */
const SLACK = 10;

/**
 * Compose prints what containers have logged as it comes in, not by time: often one container after the other; a
 * recording that begins with the hour before it is of that kind too. A file that is not in order is read once for
 * each of its containers, side by side, and merged as if they were files of their own; one that is in order, or cannot
 * be read twice (standard input, a pipe), is read as one stream. `parser` with a part's name hands on that part only;
 * `scan` is what the file is looked through with first.
 */
export async function splitIfUnordered(
  file: TextFile,
  name: string,
  parser: (only?: string) => LineParser,
  notes: SessionNotes,
  scan: LineParser = parser(),
): Promise<readonly SavedStream[]> {
  const names = file.changed === undefined ? undefined : await namesIfUnordered(file.path, scan);
  if (names === undefined) return [savedLines(file, name, parser(), notes)];
  await file.close();
  const streams: SavedStream[] = [];
  for (const container of [...names].sort()) {
    const own = await TextFile.open(file.path);
    streams.push(savedLines(own, container, parser(container), notes));
  }
  return streams;
}

/** What an item is read with when its file is read in parts: its container's lines, or everything that is no line. */
export function partOf(item: Observation): string {
  return item.type === 'line' ? item.origin.container : '';
}

/** The parts of a file whose lines are further out of order than can be mended on the way. */
async function namesIfUnordered(path: string, parser: LineParser): Promise<ReadonlySet<string> | undefined> {
  const file = await TextFile.open(path);
  const names = new Set<string>();
  const seen = { newest: -Infinity, unordered: false };
  try {
    for (let lines = await file.read(); lines !== undefined; lines = await file.read()) {
      for (const raw of lines)
        parser.parse(raw, (item) => {
          names.add(partOf(item));
          if (item.at < seen.newest - SLACK) seen.unordered = true;
          seen.newest = Math.max(seen.newest, item.at);
        });
    }
  } catch {
    // What is damaged is told by the reading that counts.
  } finally {
    await file.close();
  }
  return seen.unordered ? names : undefined;
}
