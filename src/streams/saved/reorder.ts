import type { Observation } from '../../model.ts';
import { nanosBelowMilli } from '../../time/timestamp.ts';

/** By how many lines one may have come too late in its file and still be put in its place. */
export const REORDERED = 64;

/**
 * Puts lines of one file that are a little out of order in their place: at most `REORDERED` lines are held back, which
 * is all it needs of memory. What comes later than that keeps its place and is counted in `late`. Lines of the same
 * moment keep their order, and so do the lines of a trace, which bear the moment of the line above them.
 */
export class Reorder {
  /** Lines that were older than one handed on before them. */
  late = 0;
  #lines: Observation[] = [];
  #head = 0;
  /** Lines held back, those of a run each for itself. */
  #held = 0;
  #newest = -Infinity;

  push(line: Observation): void {
    const lines = this.#lines;
    let place = lines.length;
    while (place > this.#head && isBefore(line, lines[place - 1])) place--;
    if (place === lines.length) lines.push(line);
    else lines.splice(place, 0, line);
    this.#held += linesOf(line);
    for (let first = lines[this.#head]; first !== undefined; first = lines[this.#head]) {
      const held = this.#held - linesOf(first);
      if (held < REORDERED) return;
      if (first.at < this.#newest) this.late += 1;
      else this.#newest = first.at;
      this.#held = held;
      this.#head += 1;
    }
  }

  /** The lines whose place is settled; at the end all there are. */
  take(ended: boolean): readonly Observation[] {
    const count = ended ? this.#lines.length : this.#head;
    const settled = this.#lines.slice(0, count);
    this.#lines = this.#lines.slice(count);
    this.#head = 0;
    if (ended) this.#held = 0;
    return settled;
  }
}

function linesOf(item: Observation): number {
  return item.type === 'quiet' ? item.lines : 1;
}

function isBefore(line: Observation, other: Observation | undefined): boolean {
  if (other === undefined || line.at > other.at) return false;
  if (line.at < other.at) return true;
  if (line.type !== 'line' || other.type !== 'line') return false;
  return line.ts !== other.ts && nanosBelowMilli(line.ts) < nanosBelowMilli(other.ts);
}
