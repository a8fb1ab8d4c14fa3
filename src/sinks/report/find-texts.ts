import { open } from 'node:fs/promises';

const CHUNK = 64 * 1_024;
/** Longer than any marker: what one chunk ends with is looked at again with the next. */
const OVERLAP = 512;

/**
 * Which of the given texts occur in a file of any size; none if there is no such file. Memory does not grow with the
 * file, which belongs to others too.
 */
export async function findTexts(path: string, texts: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const file = await open(path, 'r').catch(absent);
  if (file === undefined) return found;
  try {
    let kept = '';
    for await (const chunk of file.createReadStream({
      highWaterMark: CHUNK,
      encoding: 'latin1',
      autoClose: false,
    })) {
      const window = kept + String(chunk);
      for (const text of texts) if (window.includes(text)) found.add(text);
      kept = window.slice(-OVERLAP);
    }
    return found;
  } finally {
    await file.close();
  }
}

/** Turns the error of a missing file into undefined; any other is thrown on. */
function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
