import { fstatSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { openSparing, spareFile } from './spare-file.ts';

/** The bytes of one file or of standard input, decompressed, a chunk at a time. */
export interface ByteSource {
  /** As it was named; `-` is standard input. */
  readonly path: string;
  /** Bytes taken from the file so far, as it lies on the disk. */
  readonly bytesRead: number;
  /** Its size on the disk when it was opened; 0 for what has none (standard input, pipes). */
  readonly size: number;
  /** Last change in epoch milliseconds; undefined for what is not a file. */
  readonly changed: number | undefined;
  /** The next bytes, good until the next call; undefined at the end. Throws for what is damaged. */
  read(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Larger ones read no faster, and every file of a session holds one, with its text. */
const CHUNK = 128 * 1024;
/** A small file needs no more than its size, or this. */
const SHORT = 4 * 1024;

/** After so many bytes of a file the event loop gets its turn: for signals, progress, and whoever waits. */
const TURN = 8 * CHUNK;
const COMPRESSIONS = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  bzip2: [0x42, 0x5a, 0x68],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  zip: [0x50, 0x4b, 0x03, 0x04],
} as const;

/**
 * Opens a file, or standard input for `-`. Compression (gzip, zstd) is told by content. A file is read as far as it
 * reached when it was opened, and then to the end of that line: one that grows while it is read comes to an end.
 */
export async function openBytes(path: string): Promise<ByteSource> {
  const raw = path === '-' ? fromStream(process.stdin) : await fromFile(path);
  const first = await firstOf(raw);
  const compression = compressionOf(first ?? new Uint8Array());
  if (compression !== undefined && compression !== 'gzip' && compression !== 'zstd') {
    await raw.close();
    throw new Error(`compressed with ${compression}, which is not supported; gzip and zstd are`);
  }
  const ahead: Raw = { ...raw, read: once(first, raw.read) };
  const decoder =
    compression === 'gzip' ? createGunzip() : compression === 'zstd' ? createZstdDecompress() : undefined;
  const unpacked = decoder === undefined ? ahead : decompressed(ahead, decoder);
  return {
    path,
    size: raw.size,
    changed: raw.changed,
    get bytesRead() {
      return raw.taken();
    },
    read: unpacked.read,
    close: unpacked.close,
  };
}

interface Raw {
  readonly size: number;
  readonly changed: number | undefined;
  readonly taken: () => number;
  readonly read: () => Promise<Uint8Array | undefined>;
  readonly close: () => Promise<void>;
}

async function fromFile(path: string): Promise<Raw> {
  const stats = await stat(path);
  if (stats.isDirectory()) throw new Error('a folder');
  return stats.isFile() ? fromRegular(path) : fromPipe(path);
}

function fromRegular(path: string): Raw {
  const fd = openSparing(path);
  const { size, mtimeMs } = fstatSync(fd);
  const file = spareFile(path, fd);
  const buffer = new Uint8Array(Math.min(CHUNK, Math.max(SHORT, size)));
  let taken = 0;
  let turn = 0;
  let last = 10;
  const read = async (): Promise<Uint8Array | undefined> => {
    const beyond = taken >= size;
    if (beyond && last === 10) return undefined;
    const most = beyond ? buffer.length : Math.min(buffer.length, size - taken);
    if ((turn += most) > TURN) {
      turn = 0;
      await nextTurn();
    }
    // A file answers at once, and asking for it elsewhere costs more than half of the time of a replay.
    const bytesRead = file.readAt(buffer, most, taken);
    if (bytesRead === 0) return undefined;
    const end = beyond ? buffer.subarray(0, bytesRead).indexOf(10) : -1;
    const bytes = buffer.subarray(0, end < 0 ? bytesRead : end + 1);
    taken += bytes.length;
    last = bytes.at(-1) ?? 10;
    return bytes;
  };
  return {
    size,
    changed: Math.floor(mtimeMs),
    taken: () => taken,
    read,
    close: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

async function fromPipe(path: string): Promise<Raw> {
  const handle: FileHandle = await open(path, 'r');
  const buffer = new Uint8Array(CHUNK);
  let taken = 0;
  return {
    size: 0,
    changed: undefined,
    taken: () => taken,
    read: async () => {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, null);
      taken += bytesRead;
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

function fromStream(stream: NodeJS.ReadableStream): Raw {
  const chunks = stream[Symbol.asyncIterator]();
  let taken = 0;
  return {
    size: 0,
    changed: undefined,
    taken: () => taken,
    read: async () => {
      const next = await chunks.next();
      if (next.done === true) return undefined;
      const bytes = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
      taken += bytes.length;
      return bytes;
    },
    close: async () => {
      await chunks.return?.();
    },
  };
}

/** What a decompressor makes of it. Bytes are copied on the way in: the file's buffer is used again. */
function decompressed(
  raw: Raw,
  decoder: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): Pick<Raw, 'read' | 'close'> {
  const input = Readable.from(copies(raw), { objectMode: false, highWaterMark: CHUNK });
  input.on('error', (error) => decoder.destroy(error));
  const unpacked = fromStream(input.pipe(decoder));
  return {
    read: unpacked.read,
    close: async () => {
      input.destroy();
      decoder.destroy();
      await raw.close();
    },
  };
}

async function* copies({ read }: Raw): AsyncGenerator<Buffer> {
  for (let bytes = await read(); bytes !== undefined; bytes = await read()) yield Buffer.from(bytes);
}

async function firstOf(raw: Raw): Promise<Uint8Array | undefined> {
  try {
    return await raw.read();
  } catch (error) {
    await raw.close();
    throw error;
  }
}

function once(first: Uint8Array | undefined, read: Raw['read']): Raw['read'] {
  let given = false;
  return () => {
    if (given) return read();
    given = true;
    return Promise.resolve(first);
  };
}

/** What these first bytes of a file say it is compressed with; undefined if with nothing that is known. */
export function compressionOf(head: Uint8Array): keyof typeof COMPRESSIONS | undefined {
  for (const name of ['gzip', 'zstd', 'bzip2', 'xz', 'zip'] as const)
    if (COMPRESSIONS[name].every((byte, index) => head[index] === byte)) return name;
  return undefined;
}
