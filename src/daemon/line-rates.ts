import type { SourceStatus } from '../streams/source.ts';

/** So many samples are kept: with one every 10 s the rates are those of the last minute. */
const KEPT = 7;

interface Sample {
  readonly at: number;
  readonly lines: ReadonlyMap<string, number>;
}

/** Lines a second, by container id. */
export interface LineRates {
  /** To be called every few seconds. */
  readonly sample: (sources: readonly Pick<SourceStatus, 'containers'>[], now: number) => void;
  /** The rate since the oldest sample; of a container that is newer than that, since it was first seen. */
  readonly rate: (id: string, lines: number, now: number) => number;
}

export function lineRates(): LineRates {
  const samples: Sample[] = [];
  return {
    sample: (sources, now) => {
      const lines = sources.flatMap(({ containers }) =>
        containers.map((one) => [one.id, one.lines] as const),
      );
      samples.push({ at: now, lines: new Map(lines) });
      if (samples.length > KEPT) samples.shift();
    },
    rate: (id, lines, now) => {
      // A count that has begun again, as after a reload, is no base.
      const base = samples.find((sample) => (sample.lines.get(id) ?? Infinity) <= lines);
      return base === undefined || now <= base.at
        ? 0
        : ((lines - (base.lines.get(id) ?? 0)) * 1_000) / (now - base.at);
    },
  };
}
