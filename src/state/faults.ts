/** A database that is there and cannot be used: what is wrong with it, as a part of `<file> was …`. */
export class Unusable extends Error {
  override name = 'Unusable';
  readonly kind: 'damaged' | 'too-new' | 'foreign';

  constructor(kind: Unusable['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Something around the file keeps it from being written. */
export interface Unwritable {
  readonly kind: 'unwritable';
  readonly message: string;
}

// SQLite's primary result codes (sqlite.org/rescode.html). Those in neither set are about the content of the file.

/** Causes outside the file: permission, a lock, memory, read-only, input/output, full, cannot open. */
const AROUND = new Set([3, 5, 6, 7, 8, 10, 13, 14, 15, 22, 23]);

/** A fault of the program: too big, constraint, mismatch, misuse, range. */
const OURS = new Set([18, 19, 20, 21, 25]);

/** What an error of the file system or of SQLite means for the database. Any other error is rethrown. */
export function faultOf(error: unknown): Unusable | Unwritable {
  if (error instanceof Unusable) return error;
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code !== 'ERR_SQLITE_ERROR') {
    if ('syscall' in error) return { kind: 'unwritable', message: error.message };
    throw error;
  }
  const result = 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (OURS.has(result)) throw error;
  if (AROUND.has(result)) return { kind: 'unwritable', message: error.message };
  return new Unusable('damaged', `damaged (${error.message})`);
}
