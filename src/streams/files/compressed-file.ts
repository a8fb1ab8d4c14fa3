import { type ByteSource, openBytes } from '../saved/byte-source.ts';
import { MARKED } from './file-mark.ts';
import type { FileStats, OpenFile } from './file-system.ts';

/**
 * What a compressed file (gzip, zstd) holds, to be read in order: a read may go back by what marks a place, and by
 * what the read before it has got. Its size is not known before its end, and taken for endless until then.
 */
export async function compressedFile(path: string, stats: FileStats): Promise<OpenFile> {
  const { dev, ino, nlink, mtimeMs } = stats;
  const source: ByteSource = await openBytes(path);
  /** What has been unpacked from `from` on and may be asked for again. */
  let window: Buffer = Buffer.alloc(0);
  let from = 0;
  let ended = false;
  return {
    isFinite: true,
    stat: () => ({ dev, ino, nlink, mtimeMs, size: ended ? from + window.length : Number.MAX_SAFE_INTEGER }),
    async read(buffer, length, position) {
      if (position < from) throw new Error('a compressed file can only be read forwards');
      while (!ended && from + window.length < position + length) await unpack(position);
      return window.copy(buffer, 0, position - from, position - from + length);
    },
    close: () => void source.close(),
  };

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
