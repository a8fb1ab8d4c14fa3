import type { Observation } from '../../model.ts';
import { nanosBelowMilli } from '../../time/timestamp.ts';

/** A saved log that can be read on, a piece at a time, in its own order. */
export interface SavedStream {
  /** Decides between streams with something of the same container at the same nanosecond. */
  readonly name: string;
  /** The next observations; undefined at the end. */
  read(): Promise<readonly Observation[] | undefined>;
  close(): Promise<void>;
}

/** How many observations are handed on at once. */
const BATCH = 512;

/**
 * All streams as one, in order of time: ties by container, then by the stream's name, then by the order within it.
 * Holds one piece of every stream at a time, however long they are. The order in which the streams are given changes
 * nothing.
 */
export async function* mergeByTime(streams: readonly SavedStream[]): AsyncGenerator<readonly Observation[]> {
  const heads: Head[] = [];
  for (const stream of [...streams].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    const head = new Head(stream, heads.length);
    if (await head.fill()) heads.push(head);
  }
  for (let i = (heads.length >> 1) - 1; i >= 0; i--) siftDown(heads, i);

  let batch: Observation[] = [];
  for (let first = heads[0]; first !== undefined; first = heads[0]) {
    batch.push(first.take());
    if (first.empty && !(await first.fill())) {
      const last = heads.pop();
      if (last !== undefined && last !== first) heads[0] = last;
    }
    siftDown(heads, 0);
    if (batch.length >= BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** The unread front of one stream. */
class Head {
  at = 0;
  #ts = '';
  #nanos = -1;
  #items: readonly Observation[] = [];
  #next = 0;
  readonly #stream: SavedStream;
  readonly #rank: number;

  constructor(stream: SavedStream, rank: number) {
    this.#stream = stream;
    this.#rank = rank;
  }

  get empty(): boolean {
    return this.#next >= this.#items.length;
  }

  async fill(): Promise<boolean> {
    do {
      const items = await this.#stream.read();
      if (items === undefined) return false;
      this.#items = items;
      this.#next = 0;
    } while (this.#items.length === 0);
    this.#look();
    return true;
  }

  take(): Observation {
    const item = this.#items[this.#next];
    if (item === undefined) throw new RangeError('nothing left to take');
    this.#next += 1;
    this.#look();
    return item;
  }

  before(other: Head): boolean {
    if (this.at !== other.at) return this.at < other.at;
    const difference = this.#below() - other.#below();
    if (difference !== 0) return difference < 0;
    const [own, its] = [containerOf(this.#items[this.#next]), containerOf(other.#items[other.#next])];
    return own === its ? this.#rank < other.#rank : own < its;
  }

  #look(): void {
    const item = this.#items[this.#next];
    if (item === undefined) return;
    this.at = item.at;
    this.#ts = item.type === 'line' ? item.ts : '';
    this.#nanos = -1;
  }

  /** Parsed only on a tie of milliseconds. */
  #below(): number {
    if (this.#nanos < 0) this.#nanos = nanosBelowMilli(this.#ts);
    return this.#nanos;
  }
}

function containerOf(item: Observation | undefined): string {
  if (item === undefined || item.type === 'coverage') return '';
  return item.type === 'line' || item.type === 'quiet' ? item.origin.container : item.container;
}

function siftDown(heads: Head[], start: number): void {
  let index = start;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    let least = index;
    if (isBefore(heads[left], heads[least])) least = left;
    if (isBefore(heads[right], heads[least])) least = right;
    if (least === index) return;
    const a = heads[index];
    const b = heads[least];
    if (a === undefined || b === undefined) return;
    heads[index] = b;
    heads[least] = a;
    index = least;
  }
}

function isBefore(a: Head | undefined, b: Head | undefined): boolean {
  return a !== undefined && b !== undefined && a.before(b);
}
