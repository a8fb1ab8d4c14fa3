import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { configSchema } from '../../src/config/config.ts';
import type { Coverage, Gap, Line, Observation } from '../../src/model.ts';
import { followJournal } from '../../src/streams/journald/follow-journal.ts';
import type { Journalctl } from '../../src/streams/journald/journalctl.ts';
import type { Position, Source } from '../../src/streams/source.ts';

/** A host without a systemd that could be asked; the units that are its own are named so. */
export const host = {
  machine: undefined,
  boot: 'b'.repeat(32),
  systemctl: 'false',
  isOwnUnit: (unit: string) => unit === 'quantum-ours.service',
};

export interface JournalReadOptions {
  readonly journalctl: Journalctl;
  readonly units: readonly string[];
  readonly position?: Position;
  readonly docker?: boolean;
  readonly warn?: (message: string) => void;
  /** How much faster than usual the clock goes. */
  readonly haste?: number;
}

/** Somebody who reads a journal and remembers everything. */
export interface JournalReading {
  readonly source: Source;
  readonly coverage: readonly Coverage[];
  readonly observations: () => readonly Observation[];
  readonly lines: () => readonly Line[];
  readonly texts: () => readonly string[];
  readonly gaps: () => readonly Gap[];
  /** Leaves, and says where. */
  stop(): Position;
}

export function readJournal(options: JournalReadOptions): JournalReading {
  const { journalctl, units, position, docker = true, warn = () => undefined, haste = 1 } = options;
  const seen: Observation[] = [];
  const coverage: Coverage[] = [];
  const source = followJournal(
    { units, journalctl, host },
    {
      config: configSchema.parse({ sources: { docker } }),
      clock: hasty(haste),
      log: { error: () => undefined, info: () => undefined, warn: (_, message) => warn(message) },
    },
    position,
  );
  const told = source.coverage$.subscribe((found) => coverage.push(found));
  const reading = source.batches$.subscribe((batch) => seen.push(...batch));
  const lines = (): readonly Line[] => seen.filter((one) => one.type === 'line');
  return {
    source,
    coverage,
    observations: () => seen,
    lines,
    texts: () => lines().map(({ text }) => text),
    gaps: () => seen.filter((one) => one.type === 'gap'),
    stop: () => {
      source.flush();
      const left = JSON.parse(JSON.stringify(source.position())) as Position;
      reading.unsubscribe();
      told.unsubscribe();
      return left;
    },
  };
}

function hasty(factor: number): SchedulerLike {
  const began = Date.now();
  return {
    now: () => began + factor * (Date.now() - began),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, delay / factor, state);
    },
  };
}
