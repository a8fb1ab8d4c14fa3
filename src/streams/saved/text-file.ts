import { type ByteSource, openBytes } from './byte-source.ts';

/** A line longer than this (bytes) is handed on in its first part only; the rest of it is passed over. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 10;
const TAB = 9;
const RETURN = 13;
const ESCAPE = 27;

/** The lines of a text, a chunk's worth at a time. */
export class TextFile {
  readonly path: string;
  readonly #source: ByteSource;
  #rest: Buffer = Buffer.alloc(0);
  #overlong = false;
  #begun = false;
  #ended = false;
  #ahead: Buffer | undefined;
  #next: Buffer | undefined;

  private constructor(source: ByteSource) {
    this.path = source.path;
    this.#source = source;
  }

  /** Opens a file, compressed or not, or standard input (`-`). Throws for what cannot be opened. */
  static async open(path: string): Promise<TextFile> {
    return new TextFile(await openBytes(path));
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get size(): number {
    return this.#source.size;
  }

  get changed(): number | undefined {
    return this.#source.changed;
  }

  /** The first lines, still to be read afterwards. Throws if it is not text. */
  async peek(): Promise<readonly string[]> {
    this.#ahead ??= await this.#read();
    return this.#ahead === undefined ? [] : linesIn(this.#ahead);
  }

  /** The next lines without their endings (`\n` or `\r\n`), at least one; undefined at the end. Throws for what is damaged. */
  async read(): Promise<readonly string[] | undefined> {
    const lines = await this.readBytes();
    return lines === undefined ? undefined : linesIn(lines);
  }

  /** The same in their bytes, each with its `\n` but for the last; good until the next lines are read. */
  async readBytes(): Promise<Buffer | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#read();
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #read(): Promise<Buffer | undefined> {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) return next;
    while (!this.#ended) {
      const chunk = await this.#source.read();
      const lines = chunk === undefined ? this.#last() : this.#take(chunk);
      if (lines !== undefined) return lines;
    }
    return undefined;
  }

  #last(): Buffer | undefined {
    this.#ended = true;
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 || this.#overlong ? undefined : rest;
  }

  #take(chunk: Uint8Array): Buffer | undefined {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const start = this.#begun ? 0 : textStart(bytes);
    this.#begun = true;
    const first = this.#overlong ? bytes.indexOf(NEWLINE, start) + 1 : start;
    if (this.#overlong && first === 0) return undefined;
    this.#overlong = false;
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < first) return this.#keep(bytes.subarray(first));
    const broken = this.#rest.length === 0 ? -1 : bytes.indexOf(NEWLINE, first);
    const body = broken === end ? undefined : bytes.subarray(broken < 0 ? first : broken + 1, end);
    // The line that the last chunk broke off comes by itself: joining it with the rest would copy everything.
    const head = broken < 0 ? undefined : Buffer.concat([this.#rest, bytes.subarray(first, broken)]);
    this.#rest = Buffer.alloc(0);
    const overlong = this.#keep(bytes.subarray(end + 1));
    const parts = [head, body, overlong].filter((part) => part !== undefined);
    if (parts.length > 1) this.#next = parts.length === 2 ? parts[1] : joined(parts.slice(1));
    return parts[0];
  }

  /** The beginning of a line whose end is not there yet; a line that is too long is handed on as it is. */
  #keep(part: Buffer): Buffer | undefined {
    this.#rest = Buffer.concat([this.#rest, part]);
    if (this.#rest.length <= MAX_LINE) return undefined;
    const line = this.#rest.subarray(0, MAX_LINE);
    this.#rest = Buffer.alloc(0);
    this.#overlong = true;
    return line;
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('\n'), part])));
}

/** Where the text begins: after the mark that some programs put before it. Throws if it is none. */
export function textStart(bytes: Buffer): number {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new Error('in no known format: text in UTF-16; convert it to UTF-8');
  const head = bytes.subarray(0, 4096);
  const odd = head.filter((byte) => byte < TAB || (byte > RETURN && byte < 32 && byte !== ESCAPE)).length;
  if (odd * 20 > head.length) throw new Error('in no known format: binary data');
  return 0;
}

/** The lines of a text without their endings (`\n` or `\r\n`). */
export function linesIn(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8');
  const lines = text.split('\n');
  if (text.includes('\r')) for (const [i, line] of lines.entries()) lines[i] = withoutReturn(line);
  return lines;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
