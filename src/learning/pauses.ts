/** Steps of a histogram of pauses: each is twice as long as the one before, from a second to 12 days. */
const STEPS = 21;

/** How many pauses of up to 1 s, 2 s, 4 s and so on there were. */
export type Histogram = number[];

export function noPauses(): Histogram {
  return new Array<number>(STEPS).fill(0);
}

/** Counts a pause, in milliseconds; one that is none is not counted. */
export function addPause(histogram: Histogram, pause: number): void {
  if (!(pause > 0)) return;
  const step = Math.min(STEPS - 1, Math.max(0, Math.ceil(Math.log2(pause / 1_000))));
  histogram[step] = (histogram[step] ?? 0) + 1;
}

/** A length (milliseconds) that 99 of 100 pauses do not exceed, rounded up to a step; undefined for fewer than a hundred. */
export function longPause(histogram: Readonly<Histogram>): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total < 100) return undefined;
  let left = total * 0.99;
  for (const [step, count] of histogram.entries()) {
    left -= count;
    if (left <= 0) return 1_000 * 2 ** step;
  }
  return undefined;
}
