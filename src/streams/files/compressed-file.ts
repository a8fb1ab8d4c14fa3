import { type ByteSource, openBytes } from '../saved/byte-source.ts';
import { MARKED } from './file-mark.ts';
import type { FileStats, OpenFile } from './file-system.ts';

/**
 * What a compressed file (gzip, zstd) holds. It is made to be read in order, where a read may go back by what marks a
 * place and by what the one before it has got; to go back further is to begin anew. Its size is not known before its end,
 * and taken for endless until then.
 */
export async function compressedFile(path: string, stats: FileStats): Promise<OpenFile> {
  const { dev, ino, nlink, mtimeMs } = stats;
  let source: ByteSource = await openBytes(path);
  /** What has been unpacked from `from` on and may be asked for again. */
  let window: Buffer = Buffer.alloc(0);
  let from = 0;
  let ended = false;
  return {
    isFinite: true,
    stat: () => ({ dev, ino, nlink, mtimeMs, size: ended ? from + window.length : Number.MAX_SAFE_INTEGER }),
    async read(buffer, length, position) {
      if (position < from) await rewind();
      while (!ended && from + window.length < position + length) await unpack(position);
      return window.copy(buffer, 0, position - from, position - from + length);
    },
    close: () => void source.close(),
  };

  async function rewind(): Promise<void> {
    await source.close();
    source = await openBytes(path);
    window = Buffer.alloc(0);
    from = 0;
    ended = false;
  }

  /** Unpacks some more, and forgets what no read goes back to. */
  async function unpack(position: number): Promise<void> {
    const chunk = await source.read();
    ended = chunk === undefined;
    if (chunk === undefined) return;
    const cut = Math.min(window.length, Math.max(0, position - MARKED - from));
    window = Buffer.concat([window.subarray(cut), chunk]);
    from += cut;
  }
}
