interface Happening {
  readonly at: number;
  readonly run: () => void;
}

/** What the world is going to do, in order of time; what is set for one moment happens in the order it was set. */
export class Agenda {
  readonly #queue: Happening[] = [];

  /** When the next thing happens. */
  get next(): number {
    return this.#queue[0]?.at ?? Infinity;
  }

  add(at: number, run: () => void): void {
    let place = this.#queue.length;
    while (place > 0 && (this.#queue[place - 1]?.at ?? 0) > at) place -= 1;
    this.#queue.splice(place, 0, { at, run });
  }

  runNext(): void {
    this.#queue.shift()?.run();
  }
}
