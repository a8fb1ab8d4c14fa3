import { open } from 'node:fs/promises';

/**
 * Appends a text with one write, so that it stands in one piece beside what others append. An empty or missing file
 * begins with `head`; a last line that somebody left open is ended first. Throws if not all of it could be written.
 */
export async function appendOnce(path: string, text: string, head = ''): Promise<void> {
  const file = await open(path, 'a+', 0o640);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const start = size === 0 ? head : last.toString('latin1') === '\n' ? '' : '\n';
    const bytes = Buffer.from(start + text);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length)
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await file.datasync();
  } finally {
    await file.close();
  }
}
