const WIDTH = 32;

/**
 * A set of words as one flat table: walking it costs one array read a letter and allocates nothing. `next[node * 32 +
 * (code & 31)]` is the following node (0: no such word), `value[node]` what the word ending there stands for.
 * Letters only; upper and lower case are the same.
 */
export interface Trie {
  readonly next: Uint16Array;
  readonly value: Uint8Array;
}

/** Builds a trie from words (lower-case letters) and their values (1 to 255); a later word replaces an earlier one. */
export function buildTrie(words: Iterable<readonly [string, number]>): Trie {
  const entries = [...words];
  const size = entries.reduce((sum, [word]) => sum + word.length, 2);
  const next = new Uint16Array(size * WIDTH);
  const value = new Uint8Array(size);
  let used = 2;
  for (const [word, meaning] of entries) {
    let node = 1;
    for (const letter of word) {
      const slot = node * WIDTH + (letter.charCodeAt(0) & 31);
      const found = next[slot] ?? 0;
      node = found === 0 ? used++ : found;
      next[slot] = node;
    }
    value[node] = meaning;
  }
  return { next, value };
}

/** Every word of a space-separated list with one value. */
export function valued(list: string, value: number): [string, number][] {
  return list.split(' ').map((word) => [word, value]);
}
