/**
 * The newest timestamps of one limit, oldest first: all but the last few in full chunks that are shared between one
 * state and the next, so that a signal costs the same whatever the limit. Plain JSON. Every chunk but the tail holds
 * exactly `CHUNK`.
 */
export interface Newest {
  readonly chunks: readonly (readonly number[])[];
  readonly tail: readonly number[];
}

const CHUNK = 64;

/** No timestamps yet. */
export const none: Newest = { chunks: [], tail: [] };

/** With one more timestamp, of which at least the newest `limit` are kept; the same object if it is too old to matter. */
export function add(newest: Newest, at: number, limit: number): Newest {
  const last = newest.tail.at(-1) ?? newest.chunks.at(-1)?.at(-1);
  if (last === undefined || at >= last) return trim(append(newest, at), limit);
  const oldestKept = nth(newest, limit);
  if (oldestKept !== undefined && at <= oldestKept) return newest;
  return insertLate(newest, at, limit);
}

/** The `n`-th newest timestamp (1 is the newest), undefined if there are fewer. */
export function nth({ chunks, tail }: Newest, n: number): number | undefined {
  const full = chunks.length * CHUNK;
  const index = full + tail.length - n;
  if (index < 0) return undefined;
  return index >= full ? tail[index - full] : chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
}

/** How many of those kept are later than `at`. */
export function countAfter({ chunks, tail }: Newest, at: number): number {
  let count = 0;
  for (const chunk of [...chunks, tail]) count += chunk.length - firstAfter(chunk, at);
  return count;
}

/** All of them moved by so many milliseconds. */
export function moveAll({ chunks, tail }: Newest, by: number): Newest {
  const move = (at: number): number => at + by;
  return { chunks: chunks.map((chunk) => chunk.map(move)), tail: tail.map(move) };
}

function append({ chunks, tail }: Newest, at: number): Newest {
  return tail.length < CHUNK ? { chunks, tail: [...tail, at] } : { chunks: [...chunks, tail], tail: [at] };
}

function trim(newest: Newest, limit: number): Newest {
  const { chunks, tail } = newest;
  return chunks.length > 0 && (chunks.length - 1) * CHUNK + tail.length >= limit
    ? { chunks: chunks.slice(1), tail }
    : newest;
}

/** Puts a late one in its place; what that pushes out of a chunk goes on into the next, up to the tail. */
function insertLate({ chunks, tail }: Newest, at: number, limit: number): Newest {
  const parts = [...chunks, tail];
  let index = parts.length - 1;
  while (index > 0 && (parts[index]?.[0] ?? Infinity) > at) index--;
  for (let pushed: number | undefined = at; pushed !== undefined; index++) {
    const part: readonly number[] = parts[index] ?? [];
    const larger: number[] = part.toSpliced(firstAfter(part, pushed), 0, pushed);
    pushed = larger.length > CHUNK ? larger.pop() : undefined;
    parts[index] = larger;
  }
  return trim({ chunks: parts.slice(0, -1), tail: parts.at(-1) ?? [] }, limit);
}

/** Index of the first element later than `at` in an ascending array. */
function firstAfter(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
