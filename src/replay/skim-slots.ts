import type { SkimmedLines } from '../streams/saved/skimmed-lines.ts';

/** How many chunks may wait or be worked on at a time. */
export const SLOTS = 64;
/** Bytes of a chunk, as much as is read at once, and lines of it that can be told. */
export const CAPACITY = 128 * 1024;
const LINES = 4_096;

/** What a slot is: free, waiting for a thread, being skimmed, or ready to be fetched. */
const FREE = 0;
const QUEUED = 1;
const TAKEN = 2;
const DONE = 3;

/** Places of the control words, and of the first of those that each slot has. */
const STOPPED = 0;
const PUSHED = 1;
const CLAIMED = 2;
const QUEUE = 3;
const STATE = QUEUE + SLOTS;
const LENGTH = STATE + SLOTS;
const RESULT = LENGTH + SLOTS;
const CONTROL_BYTES = 4 * (RESULT + SLOTS);

const TIMES_AT = Math.ceil(CONTROL_BYTES / 8) * 8;
const ENDS_AT = TIMES_AT + SLOTS * LINES * 8;
const BYTES_AT = ENDS_AT + SLOTS * LINES * 4;
const SIZE = BYTES_AT + SLOTS * CAPACITY;

/**
 * Chunks in memory that threads share, and who has which: a worker takes what is queued, unless the thread that needs it
 * has taken it back before. Memory that is not used is not taken from the system.
 */
export class SkimSlots {
  readonly memory: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #found: readonly SkimmedLines[];

  constructor(memory = new SharedArrayBuffer(SIZE)) {
    this.memory = memory;
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.#found = Array.from({ length: SLOTS }, (_, slot) => ({
      ends: new Int32Array(memory, ENDS_AT + slot * LINES * 4, LINES),
      times: new Float64Array(memory, TIMES_AT + slot * LINES * 8, LINES),
    }));
  }

  /** The bytes of a slot, as many as were queued. */
  bytes(slot: number, length = this.#control[LENGTH + slot] ?? 0): Buffer {
    return Buffer.from(this.memory, BYTES_AT + slot * CAPACITY, length);
  }

  /** Where what is found in a slot is written and read. */
  found(slot: number): SkimmedLines {
    const found = this.#found[slot];
    if (found === undefined) throw new RangeError(`no slot ${slot}`);
    return found;
  }

  /** Hands a slot that has been filled to the workers. */
  queue(slot: number, length: number): void {
    const control = this.#control;
    control[LENGTH + slot] = length;
    Atomics.store(control, STATE + slot, QUEUED);
    const pushed = Atomics.load(control, PUSHED);
    Atomics.store(control, QUEUE + placeOf(pushed), slot);
    Atomics.store(control, PUSHED, (pushed + 1) | 0);
    Atomics.notify(control, PUSHED, 1);
  }

  /** Takes a slot back; false if a worker has begun with it. */
  unqueue(slot: number): boolean {
    return this.#turn(slot, QUEUED, FREE);
  }

  /** Waits for a slot and takes it; undefined once there is nothing more to do. Blocks the thread. */
  takeNext(): number | undefined {
    const control = this.#control;
    while (Atomics.load(control, STOPPED) === 0) {
      const claimed = Atomics.load(control, CLAIMED);
      const pushed = Atomics.load(control, PUSHED);
      if (claimed === pushed) {
        Atomics.wait(control, PUSHED, pushed);
        continue;
      }
      const slot = Atomics.load(control, QUEUE + placeOf(claimed));
      if (Atomics.compareExchange(control, CLAIMED, claimed, (claimed + 1) | 0) !== claimed) continue;
      // It may have been skimmed meanwhile by the thread that needed it.
      if (this.#turn(slot, QUEUED, TAKEN)) return slot;
    }
    return undefined;
  }

  /** Tells that a taken slot has been skimmed, and how many lines were found. */
  finish(slot: number, lines: number): void {
    const control = this.#control;
    control[RESULT + slot] = lines;
    Atomics.store(control, STATE + slot, DONE);
    Atomics.notify(control, STATE + slot);
  }

  /** Waits until a slot that a worker has taken is skimmed, for so many milliseconds; undefined if it is not then. */
  result(slot: number, patience: number): number | undefined {
    const control = this.#control;
    if (Atomics.load(control, STATE + slot) === TAKEN) Atomics.wait(control, STATE + slot, TAKEN, patience);
    return Atomics.load(control, STATE + slot) === DONE ? (control[RESULT + slot] ?? 0) : undefined;
  }

  /** Frees a slot; false as long as a worker is at it. */
  free(slot: number): boolean {
    return (
      this.unqueue(slot) || this.#turn(slot, DONE, FREE) || Atomics.load(this.#control, STATE + slot) === FREE
    );
  }

  /** Sends all workers home. */
  stop(): void {
    Atomics.store(this.#control, STOPPED, 1);
    Atomics.add(this.#control, PUSHED, 1);
    Atomics.notify(this.#control, PUSHED);
  }

  #turn(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#control, STATE + slot, from, to) === from;
  }
}

function placeOf(count: number): number {
  return (count >>> 0) % SLOTS;
}
