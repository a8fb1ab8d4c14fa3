import { type FileMark, hashOf, MARKED, markedBytes } from './file-mark.ts';

/** Gets a line without its ending: the bytes from `start` to `end`, good until it returns. */
export type AcceptLine = (bytes: Buffer, start: number, end: number) => void;

/** Where cutting goes on. */
export interface CutPlace {
  readonly offset: number;
  /** What comes before the next newline is the rest of a line too long, of which nothing more is emitted. */
  readonly skipping?: true | undefined;
  /** What comes before the next newline is the rest of a line that has been emitted without its end. */
  readonly told?: true | undefined;
}

/** A line longer than this (bytes) is emitted in its first part only; the rest of it is passed over. */
const MAX_LINE = 1024 * 1024;

/** So many bytes of 0 (64 KiB) are no text that is still to come. */
const LONGEST_UNREAD = 64 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Cuts a file into lines. What it says of its place is exact at any time, also within `accept`: everything before
 * `place.offset` has been accepted, and nothing after it.
 */
export class LineCutter {
  readonly #accept: AcceptLine;
  /** The bytes from `#from` on: those that mark the place, then what has been read and not been accepted yet. */
  #view: Buffer;
  #from: number;
  #offset: number;
  #skipping: boolean;
  #told: boolean;
  #head: string | undefined;

  /** `before` are the bytes before the place, at least as many as mark it, or all; `head` is the hash of the first. */
  constructor(place: CutPlace, before: Buffer, head: string | undefined, accept: AcceptLine) {
    this.#accept = accept;
    this.#view = before;
    this.#from = place.offset - before.length;
    this.#offset = place.offset;
    this.#skipping = place.skipping === true;
    this.#told = place.told === true;
    this.#head = head;
  }

  get place(): CutPlace {
    return {
      offset: this.#offset,
      ...(this.#skipping ? { skipping: true } : {}),
      ...(this.#told ? { told: true } : {}),
    };
  }

  get mark(): FileMark {
    const length = markedBytes(this.#offset);
    const end = this.#offset - this.#from;
    return {
      offset: this.#offset,
      head: this.#head ?? hashOf(this.#view.subarray(0, length)),
      tail: hashOf(this.#view.subarray(end - length, end)),
    };
  }

  get offset(): number {
    return this.#offset;
  }

  /** From where on the file is to be read again: what marks the place. */
  get from(): number {
    return this.#from;
  }

  /** Whether bytes read from `from` on still begin with what marks the place. */
  isContinuedBy(bytes: Buffer): boolean {
    const length = this.#offset - this.#from;
    return bytes.length >= length && bytes.compare(this.#view, 0, length, 0, length) === 0;
  }

  /** Up to where the file has been read. */
  get readTo(): number {
    return this.#from + this.#view.length;
  }

  /** A line has begun whose end has not been read. */
  get isOpen(): boolean {
    return this.readTo > this.#offset;
  }

  /** Takes what the file holds from `from` on, the bytes that mark the place included. */
  feed(bytes: Buffer): void {
    this.#view = bytes;
    while (this.#cut());
    this.#keep();
  }

  /** Emits the open line as it is. The last bytes stay if they are but the beginning of a character. */
  closeLine(): void {
    const start = this.#offset - this.#from;
    const end = this.#view.length - unfinished(this.#view);
    if (end > start && this.#view[start] !== 0) this.#emit(start, end, end, true);
    this.#keep();
  }

  #cut(): boolean {
    const bytes = this.#view;
    let start = this.#offset - this.#from;
    if (this.#offset === 0 && hasMark(bytes)) start = 3;
    if (bytes[start] === 0) {
      const end = afterHole(bytes, start);
      if (end < 0) return false;
      start = end;
      this.#offset = this.#from + start;
    }
    const newline = bytes.indexOf(NEWLINE, start);
    if (this.#skipping) {
      this.#offset = this.#from + (newline < 0 ? bytes.length : newline + 1);
      this.#skipping = newline < 0;
      return newline >= 0;
    }
    if (newline < 0 && bytes.length - start <= MAX_LINE) return false;
    if (newline < 0 || newline - start > MAX_LINE) {
      this.#skipping = true;
      this.#emit(start, start + MAX_LINE, start + MAX_LINE, false);
    } else this.#emit(start, newline, newline + 1, false);
    return true;
  }

  /** The place moves first: whoever gets the line may ask for it. */
  #emit(start: number, end: number, next: number, told: boolean): void {
    const rest = this.#told;
    this.#offset = this.#from + next;
    this.#told = told;
    const stop = end > start && this.#view[end - 1] === RETURN ? end - 1 : end;
    if (!rest || stop > start) this.#accept(this.#view, start, stop);
  }

  /** Keeps its own copy of what is still needed. */
  #keep(): void {
    const end = this.#offset - this.#from;
    if (this.#from === 0 && this.#offset >= MARKED) this.#head ??= hashOf(this.#view.subarray(0, MARKED));
    const cut = Math.max(0, end - MARKED);
    this.#view = Buffer.from(this.#view.subarray(cut));
    this.#from += cut;
  }
}

/**
 * Where text begins again after bytes of 0: the hole that a writer who does not append leaves when the file has been
 * truncated. -1 while that is not known: at the end of a file on NFS they may be text that has not come yet.
 */
function afterHole(bytes: Buffer, start: number): number {
  let end = start;
  while (bytes[end] === 0) end++;
  return end < bytes.length || end - start > LONGEST_UNREAD ? end : -1;
}

/** The mark that some programs put before UTF-8. */
function hasMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** How many bytes at the end are the beginning of a character of UTF-8 whose rest is to come. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
