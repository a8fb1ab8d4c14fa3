/** What has been read and not yet been dealt with. A replay that waits reads no further meanwhile. */
export class Backpressure {
  #size = 0;
  #drained: (() => void) | undefined;

  add(count: number): void {
    this.#size += count;
    if (this.#size > 0) return;
    this.#drained?.();
    this.#drained = undefined;
  }

  /** Hands on the next batch when nothing of those before it is left. */
  async *hold<T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const batch of batches) {
      yield batch;
      if (this.#size > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    }
  }
}
