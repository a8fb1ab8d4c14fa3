import type { Gap } from '../../src/model.ts';
import type { Written } from './writers.ts';

/** What a watcher has counted: how often each line came, by container. */
export interface Counted {
  readonly lines: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly gaps: readonly Gap[];
}

/** Whoever follows the engine in a soak: the streams alone, or the whole daemon. */
export interface Watcher {
  /** Begins, or goes on from what was saved when it was killed. */
  begin(): Promise<void>;
  /** Ends at once, as by SIGKILL: what has not been saved is lost. */
  kill(): Promise<void>;
  /** Waits until all that was written has been counted or nothing more comes; then the totals. */
  settle(written: readonly Written[]): Promise<Counted>;
}

/**
 * Every difference between what the engine has stored of what was written, and what was counted. Lines of a container
 * with a gap may be missing; what the engine itself never stored nobody can count.
 */
export function differences(written: readonly Written[], counted: Counted): string[] {
  const faults: string[] = [];
  for (const { container, runs, stored } of written) {
    const lines = counted.lines.get(container) ?? new Map<string, number>();
    const told = counted.gaps.some((gap) => gap.container === container);
    const missing = [...stored].filter((line) => !lines.has(line));
    const twice = [...lines].filter(([, times]) => times > 1);
    const unknown = [...lines.keys()].filter((line) => !stored.has(line) && !wrote(line, runs));
    const tell = (what: string, found: readonly unknown[]) =>
      faults.push(
        `${container}: ${found.length} of ${stored.size} lines ${what}, such as ${String(found[0])}`,
      );
    if (missing.length > 0 && !told) tell('missing and no gap told', missing);
    if (twice.length > 0) tell('counted twice', twice);
    if (unknown.length > 0) tell('counted that nobody wrote', unknown);
  }
  return faults;
}

function wrote(line: string, runs: ReadonlyMap<number, number>): boolean {
  const [, run, number] = /^run (\d+) line (\d+)$/.exec(line) ?? [];
  return Number(number) <= (runs.get(Number(run)) ?? 0);
}
