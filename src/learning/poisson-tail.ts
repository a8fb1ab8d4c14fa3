/**
 * How probable at least `count` events are where `mean` are usual, if they come independently of each other: the upper tail
 * of a Poisson distribution, from 0 to 1. Of a count no larger than the mean it says 1, which is all that is asked of it.
 */
export function poissonTail(count: number, mean: number): number {
  if (count <= mean || count <= 0) return 1;
  if (mean <= 0) return 0;
  let logFactorial = 0;
  for (let n = 2; n <= count; n++) logFactorial += Math.log(n);
  let term = Math.exp(count * Math.log(mean) - mean - logFactorial);
  let sum = 0;
  for (let n = count; term > sum * 1e-12; n++) {
    sum += term;
    term *= mean / (n + 1);
  }
  return Math.min(1, sum);
}
