import type { Config } from '../../config/config.ts';
import { UsageError } from '../../usage.ts';
import type { RecordedOutcome } from '../recording/session-format.ts';
import type { SavedStream } from './merge.ts';
import type { Skim } from '../skim.ts';
import type { SkimAhead } from './skim-ahead.ts';
import { type DetectedFormat, detectFormat } from './detect-format.ts';
import { savedFiles } from './saved-files.ts';
import { origins, reasonOf } from './saved-lines.ts';
import type { SessionNotes, Skipped } from './session-notes.ts';
import { TextFile } from './text-file.ts';

/** A session on disk: its streams, its size in bytes, and how many of them have been read. */
export interface SavedSession {
  readonly streams: readonly SavedStream[];
  /** 0 if the size of something in it is not known. */
  readonly bytes: number;
  readonly bytesRead: () => number;
  /** What became of effects, as far as recordings tell, in the order in which they ended. */
  readonly recorded: readonly RecordedOutcome[];
}

export interface OpenOptions {
  readonly paths: readonly string[];
  readonly restarts: Config['restarts'];
  readonly notes: SessionNotes;
  /** Lines a second for files without times. Default 10. */
  readonly rate?: number;
  /** Tells harmless lines, which are then handed on as runs. Default: none is taken for harmless. */
  readonly skim?: Skim;
  /** Tells the same ahead of time, on other processors. */
  readonly ahead?: SkimAhead | undefined;
}

/** Where files without times begin if nothing else in the session has a time. */
const NO_TIME = Date.UTC(2000, 0, 1);

/**
 * Opens saved logs: files, folders, `-` for standard input. Formats and compression are told by content.
 * What cannot be read or is in no known format is noted with the reason, and the rest goes on. Throws a UsageError
 * with all the reasons if there is nothing left to replay.
 */
export async function openSaved(options: OpenOptions): Promise<SavedSession> {
  const { paths, restarts, notes, rate = 10, skim = () => false, ahead } = options;
  const left: Skipped[] = [];
  const leaveOut = (path: string, reason: string): void => void left.push({ path, reason });
  const files: TextFile[] = [];
  const recognised: DetectedFormat[] = [];
  const recorded: RecordedOutcome[] = [];
  const parts = { origins: origins(), notes, restarts, recorded, rate, skim, ahead };
  for (const { path, named } of await savedFiles(paths, leaveOut)) {
    let file: TextFile | undefined;
    try {
      file = await TextFile.open(path);
      const known = await detectFormat(file, { named }, parts);
      if (known === undefined) {
        await file.close();
        continue;
      }
      files.push(file);
      recognised.push(known);
    } catch (error) {
      leaveOut(path, reasonOf(error));
      await file?.close();
    }
  }
  const firsts = recognised.flatMap(({ first }) => first ?? []);
  const start = firsts.length === 0 ? NO_TIME : Math.min(...firsts);
  const streams: SavedStream[] = [];
  try {
    for (const { open } of recognised) streams.push(...(await open(start)));
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
  if (streams.length === 0) throw new UsageError(nothingIn(paths, left));
  for (const { path, reason } of left) notes.skip(path, reason);
  const sized = files.every(({ changed }) => changed !== undefined);
  return {
    streams,
    bytes: sized ? files.reduce((sum, file) => sum + file.size, 0) : 0,
    recorded: recorded.sort((a, b) => a.at - b.at),
    bytesRead: () => files.reduce((sum, file) => sum + file.bytesRead, 0),
  };
}

function nothingIn(paths: readonly string[], left: readonly Skipped[]): string {
  const [only] = left;
  if (only === undefined) return `${paths.join(', ')}: nothing to replay: no file with a line in it`;
  if (left.length === 1) return `${only.path}: ${only.reason}`;
  return ['nothing to replay:', ...left.map(({ path, reason }) => `  ${path}: ${reason}`)].join('\n');
}
