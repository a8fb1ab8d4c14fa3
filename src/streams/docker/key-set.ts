/** A 64-bit key of a record, in two halves. */
export interface Key {
  readonly low: number;
  readonly high: number;
}

/** More keys than this mean that nothing has been confirmed for far too long; the oldest are given up. */
const MOST = 1 << 20;

/**
 * The records that have been counted but not confirmed by a read of the stored log: numeric and open-addressed, in
 * two generations, so that what a finished read has confirmed can be dropped at once.
 */
export interface KeySet {
  has(low: number, high: number): boolean;
  add(low: number, high: number): void;
  /** Begins a generation: what is added from now on survives the next `confirm`. */
  beginGeneration(): void;
  /** Drops everything added before the last `beginGeneration`. */
  confirm(): void;
  readonly size: number;
  /** For saving: all keys, as base64 of 32-bit pairs. */
  encode(): string;
}

export function keySet(saved = ''): KeySet {
  let young = table();
  let old = table();
  const bytes = Buffer.from(saved, 'base64');
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    young.add(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4));
  return {
    has: (low, high) => young.has(low, high) || (old.size() > 0 && old.has(low, high)),
    add: (low, high) => {
      if (young.size() >= MOST) young = table();
      young.add(low, high);
    },
    beginGeneration: () => {
      old.each(young.add);
      old = young;
      young = table();
    },
    confirm: () => {
      old = table();
    },
    get size() {
      return young.size() + old.size();
    },
    encode: () => {
      const all = Buffer.alloc((young.size() + old.size()) * 8);
      let at = 0;
      const write = (low: number, high: number) => {
        all.writeUInt32LE(low, at);
        all.writeUInt32LE(high, at + 4);
        at += 8;
      };
      old.each(write);
      young.each(write);
      return all.toString('base64');
    },
  };
}

interface Table {
  has(low: number, high: number): boolean;
  add: (low: number, high: number) => void;
  size(): number;
  each(use: (low: number, high: number) => void): void;
}

/** Linear probing over pairs; a pair of zeros marks a free place, so a key of zeros is kept as one. */
function table(): Table {
  let mask = 63;
  let pairs = new Uint32Array(2 * (mask + 1));
  let count = 0;
  return { has, add, size: () => count, each };

  function place(low: number, high: number): number {
    let at = low & mask;
    for (;;) {
      const l = pairs[2 * at];
      const h = pairs[2 * at + 1];
      if ((l === low && h === high) || (l === 0 && h === 0)) return at;
      at = (at + 1) & mask;
    }
  }

  function has(low: number, high: number): boolean {
    const l = (low | high) === 0 ? 1 : low;
    const at = place(l, high);
    return pairs[2 * at] === l && pairs[2 * at + 1] === high;
  }

  function add(low: number, high: number): void {
    const l = (low | high) === 0 ? 1 : low;
    const at = place(l, high);
    if (pairs[2 * at] === l && pairs[2 * at + 1] === high) return;
    pairs[2 * at] = l;
    pairs[2 * at + 1] = high;
    count++;
    if (count * 2 > mask) grow();
  }

  function grow(): void {
    const before = pairs;
    mask = mask * 2 + 1;
    pairs = new Uint32Array(2 * (mask + 1));
    count = 0;
    for (let i = 0; i < before.length; i += 2) {
      const low = before[i] ?? 0;
      const high = before[i + 1] ?? 0;
      if ((low | high) !== 0) add(low, high);
    }
  }

  function each(use: (low: number, high: number) => void): void {
    for (let i = 0; i < pairs.length; i += 2) {
      const low = pairs[i] ?? 0;
      const high = pairs[i + 1] ?? 0;
      if ((low | high) !== 0) use(low, high);
    }
  }
}
