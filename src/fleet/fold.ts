import type { Signal } from '../model.ts';
import type { Item } from './protocol.ts';

/** So many signals of a second are passed on one by one; what is more is folded into counts. */
export const ONE_BY_ONE = 200;

/** So many different groups of one second are kept apart; beyond, only kind, container and time are. */
const MOST_GROUPS = 500;

/** Longest text of a sample, in UTF-16 units. */
const LONGEST = 500;

/** What one second of the clock brings: some signals singly, the rest by what they have in common. */
export class Second {
  /** Its beginning, epoch milliseconds. */
  readonly start: number;
  readonly #groups = new Map<string, Item>();
  #singly = 0;

  constructor(now: number) {
    this.start = startOf(now);
  }

  /** Whether a moment lies in it; a clock that has stepped is in another one. */
  holds(now: number): boolean {
    return startOf(now) === this.start;
  }

  /**
   * Takes a signal: it is given back as an item to be passed on by itself, or counted with its like (undefined): the
   * number stays exact, one text of them is kept, and their time is the whole second. `folding` folds from the first on.
   */
  add(signal: Signal, folding: boolean): Item | undefined {
    const item = itemOf(signal);
    if (!folding && this.#singly < ONE_BY_ONE) {
      this.#singly += 1;
      return item;
    }
    const at = startOf(item.at);
    const exact = `${item.kind}\n${item.container}\n${item.fingerprint}\n${at}`;
    const isKept = this.#groups.has(exact) || this.#groups.size < MOST_GROUPS;
    const key = isKept ? exact : `${item.kind}\n${item.container}\n\n${at}`;
    const known = this.#groups.get(key) ?? { ...item, at, count: 0, ...(!isKept && { fingerprint: '' }) };
    this.#groups.set(key, { ...known, count: known.count + 1 });
    return undefined;
  }

  /** What was folded so far. */
  folded(): readonly Item[] {
    return [...this.#groups.values()];
  }
}

function startOf(at: number): number {
  return at - (at % 1_000);
}

function itemOf({ kind, container, image, fingerprint, text, at }: Signal): Item {
  return {
    kind,
    container,
    ...(image !== undefined && { image }),
    fingerprint: cut(fingerprint),
    text: cut(text),
    at,
    count: 1,
  };
}

function cut(text: string): string {
  return text.length > LONGEST ? text.slice(0, LONGEST).toWellFormed() : text;
}
