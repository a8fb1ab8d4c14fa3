/** The last hash worked out, in two unsigned halves: returned through here so that no object is made per record. */
export interface RecordHash {
  low: number;
  high: number;
  /** Hashes the bytes from `start` to `end`. */
  of(bytes: Buffer, start: number, end: number): void;
}

/** A 64-bit hash over bytes: two multiply-and-rotate lanes, mixed at the end (constants of MurmurHash3). */
export function recordHash(): RecordHash {
  const hash: RecordHash = { low: 0, high: 0, of };
  return hash;

  function of(bytes: Buffer, start: number, end: number): void {
    let a = 0x9747b28c;
    let b = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word =
        (bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24);
      a = Math.imul(a ^ word, 0xcc9e2d51);
      a = (a << 15) | (a >>> 17);
      b = Math.imul(b + word, 0x1b873593);
      b = (b << 13) | (b >>> 19);
    }
    for (; at < end; at++) {
      a = Math.imul(a ^ (bytes[at] ?? 0), 0x85ebca6b);
      b = Math.imul(b + (bytes[at] ?? 0), 0xc2b2ae35);
    }
    hash.low = mix(a ^ (b >>> 3));
    hash.high = mix(b ^ (a >>> 5));
  }
}

/** Spreads every bit of a 32-bit number over all of them. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
