import { hash } from 'node:crypto';
import type { OpenFile } from './file-system.ts';
import type { CutPlace } from './line-cutter.ts';

/** So many bytes tell a log from another: of its beginning, and of what stands before the place that was reached. */
export const MARKED = 1_024;

/**
 * By what a file is known again whatever its name and number: hashes of its first bytes and of those before `offset`,
 * up to 1 KiB each. Two files with equal bytes there are taken for one.
 */
export interface FileMark {
  /** All before it has been emitted. */
  readonly offset: number;
  readonly head: string;
  readonly tail: string;
}

/** How many bytes both hashes of a mark are made of. */
export function markedBytes(offset: number): number {
  return Math.min(MARKED, offset);
}

export function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22);
}

/** A place in a file: its mark, and the bytes before it that the mark is made of. */
export interface MarkedPlace {
  readonly mark: FileMark;
  readonly before: Buffer;
  /** How cutting begins there. */
  readonly cut?: CutPlace;
}

/** The place before the first byte of any file. */
export const BEGINNING: MarkedPlace = {
  mark: { offset: 0, head: hashOf(Buffer.alloc(0)), tail: hashOf(Buffer.alloc(0)) },
  before: Buffer.alloc(0),
};

/** The mark of a place in a file; undefined if the file does not reach that far. Throws the system's error. */
export async function markOf(file: OpenFile, offset: number): Promise<MarkedPlace | undefined> {
  const head = await bytesAt(file, 0, markedBytes(offset));
  return head === undefined ? undefined : withTail(file, offset, hashOf(head));
}

/** The place of a mark in a file that bears it; undefined in any other. Throws the system's error. */
export async function placeOf(file: OpenFile, mark: FileMark): Promise<MarkedPlace | undefined> {
  const head = await bytesAt(file, 0, markedBytes(mark.offset));
  // The beginning decides mostly, and is all that is read of what is compressed and another file.
  if (head === undefined || hashOf(head) !== mark.head) return undefined;
  const found = await withTail(file, mark.offset, mark.head);
  return found?.mark.tail === mark.tail ? found : undefined;
}

async function withTail(file: OpenFile, offset: number, head: string): Promise<MarkedPlace | undefined> {
  const length = markedBytes(offset);
  const before = await bytesAt(file, offset - length, length);
  return before === undefined ? undefined : { before, mark: { offset, head, tail: hashOf(before) } };
}

/** So many bytes of a file; undefined if it does not have them. */
export async function bytesAt(file: OpenFile, position: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length);
  return (await file.read(bytes, length, position)) < length ? undefined : bytes;
}
