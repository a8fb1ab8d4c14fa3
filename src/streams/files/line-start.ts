import type { OpenFile } from './file-system.ts';
import type { CutPlace } from './line-cutter.ts';

const NEWLINE = 10;

/** A line that is longer than this (bytes) is taken up at its end. */
const LONGEST = 1024 * 1024;
const STEP = 64 * 1024;

/** Where the last line of a file of `size` bytes begins: behind its last newline. */
export async function lastLineStart(file: OpenFile, size: number): Promise<CutPlace> {
  for (let to = size; to > 0 && size - to < LONGEST;) {
    const from = Math.max(0, to - STEP);
    const bytes = Buffer.alloc(to - from);
    const got = await file.read(bytes, bytes.length, from);
    const newline = bytes.subarray(0, got).lastIndexOf(NEWLINE);
    if (newline >= 0) return { offset: from + newline + 1 };
    to = from;
  }
  return size > LONGEST ? { offset: size, skipping: true } : { offset: 0 };
}
