const STEPS = '▁▂▃▄▅▆▇█';

/** How much of a whole, in so many cells; anything above nothing takes a cell at least. */
export function meterText(value: number, whole: number, room: number): string {
  const part = Math.min(1, value / whole);
  const full = value > 0 ? Math.max(1, Math.floor(part * room)) : 0;
  return '█'.repeat(full) + '░'.repeat(room - full);
}

/** Counts as a line of bars in at most so many cells, each the sum of as many counts as it stands for. */
export function sparkText(counts: readonly number[], room: number): string {
  const each = Math.max(1, Math.ceil(counts.length / Math.max(1, room)));
  const sums = Array.from({ length: Math.ceil(counts.length / each) }, (_, bar) =>
    counts.slice(bar * each, (bar + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  const highest = Math.max(1, ...sums);
  return sums
    .map((sum) => (sum === 0 ? '·' : STEPS.charAt(Math.ceil((sum / highest) * STEPS.length) - 1)))
    .join('');
}
