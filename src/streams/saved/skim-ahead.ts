import type { SkimmedLines } from './skimmed-lines.ts';

/** Has the chunks of files skimmed before they are needed, by somebody else. */
export interface SkimAhead {
  /** A place for one more file, to be closed with it: the more files there are, the fewer chunks each may have waiting. */
  forFile(): ChunkSkimmer;
}

/** Skims the chunks of one file. */
export interface ChunkSkimmer {
  /** Whether one more chunk would be taken. */
  hasRoom(): boolean;
  /** Takes a copy of a chunk of whole lines; undefined if there is no room for it, or it is not worth the trouble. */
  submit(bytes: Buffer): Chunk | undefined;
  close(): void;
}

/** A chunk of whole lines, each with its `\n` but for the last. */
export interface Chunk {
  readonly bytes: Buffer;
  /** What has been found in it, before `release`; undefined if it has not been looked at. */
  skimmed?(): KnownLines | undefined;
  /** Gives its memory back. */
  release?(): void;
}

/** What has been found of the first lines of a chunk, so many of them; none of all of them holds a carriage return. */
export interface KnownLines extends SkimmedLines {
  readonly lines: number;
}

/**
 * The chunks of a file in order, read ahead as far as they can be skimmed ahead. A chunk is good until the next one is
 * asked for. Rejects with what the file could not be read for, after everything that came before.
 */
export function readAhead(
  read: () => Promise<Buffer | undefined>,
  skimmer: ChunkSkimmer | undefined,
): () => Promise<Chunk | undefined> {
  const waiting: Chunk[] = [];
  let isEnded = false;
  let fault: Error | undefined;
  return async () => {
    while (!isEnded && (waiting.length === 0 || skimmer?.hasRoom() === true)) {
      const bytes = await next();
      if (bytes === undefined) break;
      const chunk = skimmer?.submit(bytes);
      if (chunk === undefined && waiting.length === 0) return { bytes };
      waiting.push(chunk ?? { bytes: Buffer.from(bytes) });
    }
    const first = waiting.shift();
    if (first === undefined && fault !== undefined) throw fault;
    return first;
  };

  async function next(): Promise<Buffer | undefined> {
    try {
      const bytes = await read();
      isEnded = bytes === undefined;
      return bytes;
    } catch (error) {
      isEnded = true;
      fault = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }
}
