import { type Gap, identityOf, type Observation, type Origin } from '../../model.ts';
import type { FollowedStatus } from '../source.ts';
import { entryUnit } from './entry-unit.ts';
import { type JournalEntry, streamOf, textOf } from './journal-entry.ts';
import { messageJoiner, type OpenLine } from './message-joiner.ts';
import { unitEvent } from './unit-event.ts';
import { JOURNALD, type UnitRun } from './unit-run.ts';
import type { UnitState } from './unit-states.ts';
import type { UnitTracker } from './unit-tracker.ts';

/** journald tells by this message how much of a unit it did not store (LogRateLimitIntervalSec=). */
const SUPPRESSED = 'a596d6fe7bfa4994828e72309e95d61e';

/** How long it goes on dropping by default, in milliseconds: where no earlier entry of the unit is known. */
const RATE_INTERVAL = 30_000;

/** So many units are remembered; of more, those that have ended are forgotten, the longest silent first. */
const MOST_UNITS = 1_000;

/** A line whose rest does not come within this time (milliseconds) is taken to be whole. */
const OPEN_FOR = 1_000;

export interface UnitsParts {
  readonly isWanted: (unit: string) => boolean;
  /** Whether entries that came from containers are left to the engine that runs them. */
  readonly containersElsewhere: boolean;
  readonly tracker: UnitTracker;
  readonly push: (observation: Observation) => void;
  readonly tellGap: (gap: Gap) => void;
  /** The time, epoch milliseconds, cheaply. */
  readonly now: () => number;
}

/** The units that are followed: what the entries of the journal are to them. */
export interface FollowedUnits {
  /** One entry, in the order of the journal. */
  entry(entry: JournalEntry, ts: string, at: number): void;
  /** What systemd says of a unit when asked. */
  asked(found: UnitState): void;
  /** Entries between two moments, in whatever order, are lost; which units they were of is not known. */
  readonly lost: (from: number, to: number, reason: string) => void;
  /** To be called about once a second while everything that is stored has been read. */
  tick(): void;
  /** When the last line came. */
  heardAt(): number;
  status(phase: FollowedStatus['phase'], reason: string | undefined): readonly FollowedStatus[];
  snapshot(): { readonly open: readonly OpenLine[]; readonly runs: readonly UnitRun[] };
}

interface Followed {
  readonly name: string;
  readonly origins: Readonly<Record<Origin['stream'], Origin>>;
  /** When something of it was last read, by the journal's time. */
  at: number;
  lines: number;
  lastLineAt?: number;
  lag: number;
  warning?: string | undefined;
}

/** Follows those that are wanted; `saved` is where they were left off. */
export function followedUnits(
  parts: UnitsParts,
  saved: { readonly open: readonly OpenLine[]; readonly runs: readonly UnitRun[] } = { open: [], runs: [] },
): FollowedUnits {
  const { isWanted, containersElsewhere, tracker, push, now } = parts;
  const joiner = messageJoiner(saved.open);
  const units = new Map<string, Followed>();
  let heardAt = now();
  let touchedAt = now();
  for (const { unit } of saved.runs) follow(unit, 0);
  return { entry, asked, lost, tick, heardAt: () => heardAt, status, snapshot };

  function entry(found: JournalEntry, ts: string, at: number): void {
    const of = entryUnit(found);
    if (of === undefined || !isWanted(of.unit)) return;
    const container = textOf(found['CONTAINER_NAME']);
    if (container !== undefined && containersElsewhere) return;
    const name = container ?? of.unit;
    const unit = follow(name, at);
    if (of.byManager) {
      const event = unitEvent(found, of.unit, at);
      if (event !== undefined) for (const finding of tracker.event(event)) push(finding);
    }
    if (found['MESSAGE_ID'] === SUPPRESSED && found['_TRANSPORT'] === 'driver') suppressed(unit, found, at);
    unit.at = at;
    touchedAt = now();
    for (const text of joiner.add(found, name, ts, at)) line(unit, streamOf(found), ts, at, text);
  }

  function line(unit: Followed, stream: Origin['stream'], ts: string, at: number, text: string): void {
    heardAt = now();
    unit.lines++;
    unit.lastLineAt = at;
    unit.lag = Math.max(0, heardAt - at);
    push({ type: 'line', origin: unit.origins[stream], ts, at, text });
  }

  /** The messages were dropped some time between the last one that was stored and this. */
  function suppressed({ name, at: from }: Followed, found: JournalEntry, at: number): void {
    const count = textOf(found['N_DROPPED']) ?? 'some';
    const reason = `journald dropped ${count} messages: its rate limit (LogRateLimitIntervalSec=, LogRateLimitBurst=)`;
    tellGap(name, from === 0 ? at - RATE_INTERVAL : Math.min(from, at), at, reason);
  }

  function asked(found: UnitState): void {
    if (!isWanted(found.unit)) return;
    const at = now();
    follow(found.unit, 0).warning = found.warning;
    for (const finding of tracker.asked(found, at)) push(finding);
  }

  function lost(from: number, to: number, reason: string): void {
    for (const name of units.size === 0 ? ['*'] : units.keys())
      tellGap(name, Math.min(from, to), Math.max(from, to), reason);
  }

  function tellGap(name: string, from: number, to: number, reason: string): void {
    const container = identityOf(JOURNALD, name);
    parts.tellGap({ type: 'gap', at: now(), source: JOURNALD, container, from, to, reason });
  }

  function tick(): void {
    if (now() - touchedAt < OPEN_FOR) return;
    for (const { name, stream, ts, at, text: rest } of joiner.takeOpen())
      for (const text of rest.split('\n')) line(follow(name, at), stream, ts, at, text);
  }

  function follow(name: string, at: number): Followed {
    const known = units.get(name);
    if (known !== undefined) return known;
    if (units.size >= MOST_UNITS) forgetOne();
    const unit: Followed = { name, origins: originsOf(name), at, lines: 0, lag: 0 };
    units.set(name, unit);
    return unit;
  }

  function forgetOne(): void {
    const ended = [...units.values()].filter(({ name }) => tracker.run(name)?.state !== 'running');
    const oldest = ended.reduce<Followed | undefined>(
      (least, unit) => (least === undefined || unit.at < least.at ? unit : least),
      undefined,
    );
    if (oldest === undefined) return;
    units.delete(oldest.name);
    for (const finding of tracker.forget(oldest.name, now())) push(finding);
  }

  function status(phase: FollowedStatus['phase'], reason: string | undefined): readonly FollowedStatus[] {
    return [...units.values()].map(({ name, origins, lines, lag, lastLineAt, warning }) => {
      const isDown = tracker.run(name)?.state === 'exited' && phase === 'following';
      return {
        id: origins.stdout.id,
        name,
        container: origins.stdout.container,
        image: '',
        driver: JOURNALD,
        phase: isDown ? 'stopped' : phase,
        ...(reason === undefined ? {} : { reason }),
        lines,
        ...(lastLineAt === undefined ? {} : { lastLineAt }),
        lag,
        warnings: warning === undefined ? [] : [warning],
      };
    });
  }

  function snapshot(): { readonly open: readonly OpenLine[]; readonly runs: readonly UnitRun[] } {
    return { open: joiner.open, runs: [...units.keys()].flatMap((name) => tracker.run(name) ?? []) };
  }
}

function originsOf(name: string): Followed['origins'] {
  const container = identityOf(JOURNALD, name);
  const origin = { id: container, source: JOURNALD, container, labels: {} };
  return { stdout: { ...origin, stream: 'stdout' }, stderr: { ...origin, stream: 'stderr' } };
}
