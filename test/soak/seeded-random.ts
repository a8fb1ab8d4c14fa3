/** Random choices that are the same for the same seed. */
export interface SeededRandom {
  /** A whole number from `low` up to, not including, `high`. */
  between(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low));
  return {
    between,
    pick: (from) => {
      const one = from[between(0, from.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}
