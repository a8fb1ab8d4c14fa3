import { PHASES, type Container, type Phase } from './plan.ts';
import type { Random } from './random.ts';

export type Level = 'critical' | 'error' | 'warning' | 'info';

/**
 * One entry of a container's log: a line written at `at` (epoch milliseconds), the level a careful reader gives it, and
 * the lines that belong to it (`more`), which are not counted again.
 */
export interface Entry {
  readonly at: number;
  readonly level: Level;
  readonly text: string;
  readonly more?: readonly string[];
}

/** Writes the text of one entry, given when it is written. */
export type Writer = (at: number) => string | { readonly text: string; readonly more: readonly string[] };

/** Makes an entry of a level from a writer. */
export function entry(at: number, level: Level, writer: Writer): Entry {
  const written = writer(at);
  return typeof written === 'string' ? { at, level, text: written } : { at, level, ...written };
}

/** No signal is nearer to the edge of a phase than this (milliseconds), so that no rounding can move it. */
const CLEAR_OF_EDGES = 40;

/** So many moments within a span, clear of its edges and in order, evenly spread but for some jitter. */
export function moments(chance: Random, from: number, to: number, count: number): readonly number[] {
  const first = from + CLEAR_OF_EDGES;
  const step = (to - CLEAR_OF_EDGES - first) / count;
  return Array.from({ length: count }, (_, n) => Math.floor(first + step * (n + chance.next())));
}

/** Entries at irregular intervals around `mean` milliseconds, from `from` to `to`. */
export function routine(
  chance: Random,
  from: number,
  to: number,
  mean: number,
  write: (at: number) => Entry | readonly Entry[],
): readonly Entry[] {
  const entries: Entry[] = [];
  for (let now = from + mean * chance.next(); now < to; now += mean * (0.2 + 1.6 * chance.next())) {
    entries.push(...[write(Math.floor(now))].flat());
  }
  return entries;
}

/** The signals a container owes in every phase; `write` is told the phase, the level and which of them it is. */
export function signals(
  chance: Random,
  container: Container,
  write: (
    phase: Phase['name'],
    level: Exclude<Level, 'info'>,
    at: number,
    nth: number,
  ) => readonly Entry[] | Entry,
): readonly Entry[] {
  return PHASES.flatMap((phase) => {
    const [critical, error, warning] = phase.quotas[container] ?? [0, 0, 0];
    const owed = { critical, error, warning } as const;
    return (['critical', 'error', 'warning'] as const).flatMap((level) =>
      moments(chance, phase.from, phase.to, owed[level]).flatMap((at, nth) =>
        write(phase.name, level, at, nth),
      ),
    );
  });
}

/** Harmless entries that look like trouble: every one of them so many `times` in each of the spans. */
export function traps(
  chance: Random,
  spans: readonly (readonly [from: number, to: number])[],
  times: number,
  writers: readonly Writer[],
): readonly Entry[] {
  return spans.flatMap(([from, to]) =>
    Array.from({ length: times }).flatMap((_, round) => {
      const length = (to - from) / times;
      return moments(chance, from + round * length, from + (round + 1) * length, writers.length).map(
        (at, nth) => entry(at, 'info', writers[nth] ?? (() => '')),
      );
    }),
  );
}
