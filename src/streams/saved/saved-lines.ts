import { LOCAL_DOCKER, type Observation, type Origin } from '../../model.ts';
import type { SavedStream } from './merge.ts';
import { Reorder, REORDERED } from './reorder.ts';
import { type Chunk, type KnownLines, readAhead, type SkimAhead } from './skim-ahead.ts';
import type { SessionNotes } from './session-notes.ts';
import { linesIn, type TextFile } from './text-file.ts';

const RETURN = 13;

/** Reads the lines of one format. */
export interface LineParser {
  /** Hands on what one line of the file holds: one line of a log, several, or none yet. */
  parse(raw: string, push: (item: Observation) => void): void;
  /**
   * The same for many lines in their bytes, each with its `\n` but for the last and none with a carriage return; the
   * quiet ones are told as runs. `skimmed` is what is known of the first of them. Returns how many there were.
   */
  parseLines?(bytes: Buffer, push: (item: Observation) => void, skimmed?: KnownLines): number;
  /** Hands on what is still open at the end of the file. */
  end?(push: (item: Observation) => void): void;
}

/**
 * The lines of one file through its format's parser, put in order. A file that turns out to be damaged ends there,
 * and is noted with the reason.
 */
export function savedLines(
  file: TextFile,
  name: string,
  parser: LineParser,
  notes: SessionNotes,
  ahead?: SkimAhead,
): SavedStream {
  const reorder = new Reorder();
  const skimmer = parser.parseLines === undefined ? undefined : ahead?.forFile();
  const nextChunk = readAhead(() => file.readBytes(), skimmer);
  const push = (item: Observation): void => reorder.push(item);
  let ended = false;
  let lines = 0;
  return {
    name,
    read,
    close() {
      skimmer?.close();
      return file.close();
    },
  };

  async function read(): Promise<readonly Observation[] | undefined> {
    if (ended) return undefined;
    if (await next()) return reorder.take(false);
    ended = true;
    parser.end?.(push);
    const rest = reorder.take(true);
    if (reorder.late > 0) {
      const lines = reorder.late === 1 ? '1 line comes' : `${reorder.late} lines come`;
      notes.assume(
        `${file.path}: ${lines} more than ${REORDERED} lines too late and was counted all the same`,
      );
    }
    return rest;
  }

  /** Parses what comes next; false at the end. */
  async function next(): Promise<boolean> {
    let chunk: Chunk | undefined;
    try {
      chunk = await nextChunk();
    } catch (error) {
      notes.skip(file.path, `all after line ${lines}: ${reasonOf(error)}`);
    }
    if (chunk === undefined) return false;
    const { bytes } = chunk;
    const skimmed = chunk.skimmed?.();
    if (parser.parseLines !== undefined && (skimmed !== undefined || !bytes.includes(RETURN)))
      lines += parser.parseLines(bytes, push, skimmed);
    else
      for (const raw of linesIn(bytes)) {
        lines++;
        parser.parse(raw, push);
      }
    chunk.release?.();
    return true;
  }
}

/** What went wrong, without the name of the file, which stands beside it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const damaged = /^Z(?:STD)?_/.test(code) ? `the compressed data are damaged: ${error.message}` : undefined;
  return WORDS[code] ?? damaged ?? error.message;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'cannot be read: there is no such file',
  EACCES: 'cannot be read: permission denied',
  EISDIR: 'cannot be read: a folder',
  ELOOP: 'cannot be read: a link that leads to itself',
  Z_BUF_ERROR: 'the compressed data end before their time',
};

/**
 * One origin for each stream of each container in the whole session, whatever the file it comes from. What is not told of
 * the source is taken as this host's Docker Engine.
 */
export interface Origins {
  of(container: string, stream?: Origin['stream'], known?: Partial<Origin>): Origin;
}

export function origins(): Origins {
  const known = new Map<string, Origin>();
  return {
    of(container, stream = 'stdout', { source = LOCAL_DOCKER, labels = {}, image } = {}) {
      const key = `${stream} ${container}`;
      const found = known.get(key) ?? {
        id: container,
        source,
        container,
        stream,
        labels,
        ...(image !== undefined && { image }),
      };
      known.set(key, found);
      return found;
    },
  };
}
