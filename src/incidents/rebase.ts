import type { Note, Gap, HealRecord } from '../model.ts';
import { SET_BACK } from '../time/live-clock.ts';
import { formatDuration } from '../time/duration.ts';
import { moveAll } from './newest.ts';
import { timelineWith } from './reducer-context.ts';
import type { CoreState, Healing, Incident, KeyState, Presence, SourceWatch, Watch } from './state.ts';

/** A pause of heals ends so many milliseconds from now at the latest, whoever asked for it. */
export const LONGEST_PAUSE = 30 * 24 * 60 * 60_000;

/** By how much a clock that shows `now` has been set back against a state: negative milliseconds, or 0. */
export function setBackBy({ now: before }: Pick<CoreState, 'now'>, now: number): number {
  return before - now > SET_BACK ? now - before : 0;
}

/**
 * The state under a clock that has been set: everything in it is moved by so many milliseconds, so that what is left of
 * every deadline, cooldown, budget and pause between two moments stays what it was. Every incident notes it. Only the
 * end of the pause stays: an operator wrote it for the wall clock; but it is within reach.
 */
export function rebased(state: CoreState, by: number): CoreState {
  if (by === 0) return state;
  const move = (at: number): number => (at === 0 ? 0 : at + by);
  const now = move(state.now);
  return {
    ...state,
    now,
    ...(state.statesDue !== undefined && { statesDue: move(state.statesDue) }),
    ...(state.setBack && { setBack: { ...state.setBack, at: move(state.setBack.at) } }),
    ...(state.unstored && { unstored: { ...state.unstored, since: move(state.unstored.since) } }),
    pausedUntil: Math.min(state.pausedUntil, now + LONGEST_PAUSE),
    observedSince: move(state.observedSince),
    coverage: mapValues(state.coverage, (watch) => sourceWatch(watch, move)),
    healing: healing(state.healing, move),
    presence: mapValues(state.presence, (one): Presence => presenceOf(one, move)),
    newest: state.newest.map((newest) => moveAll(newest, by)),
    latest: state.latest.map((row) => row.map(move)),
    reachedUntil: state.reachedUntil.map(move),
    keys: mapValues(state.keys, (key): KeyState => ({
      watermark: move(key.watermark),
      ...(key.incident !== undefined && { incident: incident(key.incident, now, by, move) }),
    })),
    ...(state.notes && { notes: state.notes.map((note): Note => ({ ...note, at: note.at + by })) }),
    gaps: state.gaps.map((gap): Gap => ({
      ...gap,
      at: move(gap.at),
      from: move(gap.from),
      to: move(gap.to),
    })),
  };
}

/** The state moved back with the clock (`by` is negative, or 0 if it was not set back), which is told at the next step. */
export function movedBack(state: CoreState, by: number): CoreState {
  const moved = rebased(state, by);
  return by === 0 ? moved : { ...moved, statesDue: moved.now, setBack: { at: moved.now, by: -by } };
}

type Move = (at: number) => number;

function incident(one: Incident, now: number, by: number, move: Move): Incident {
  const { downSince, clearSince } = one;
  const timeline = one.timeline.map((step) => ({ ...step, at: move(step.at) }));
  const reason = `the clock was set ${by < 0 ? 'back' : 'forward'} by ${formatDuration(by < 0 ? -by : by)}`;
  return {
    ...one,
    openedAt: move(one.openedAt),
    since: move(one.since),
    due: move(one.due),
    until: move(one.until),
    aliveSince: move(one.aliveSince),
    graceFrom: move(one.graceFrom),
    breaches: one.breaches.map((breach) => ({
      ...breach,
      ...(breach.since !== undefined && { since: move(breach.since) }),
    })),
    told: one.told.map((limit) => ({ ...limit, since: move(limit.since), at: move(limit.at) })),
    newsAt: move(one.newsAt),
    worseAt: move(one.worseAt),
    sent: one.sent.map(move),
    ...(downSince !== undefined && { downSince: move(downSince) }),
    ...(clearSince !== undefined && { clearSince: move(clearSince) }),
    heals: one.heals.map((heal) => healRecord(heal, move)),
    timeline: timelineWith(timeline, { at: now, from: one.state, to: one.state, reason }),
  };
}

function presenceOf(one: Presence, move: Move): Presence {
  const { down, illSince } = one;
  return {
    ...one,
    lastUp: move(one.lastUp),
    ...(illSince !== undefined && { illSince: move(illSince) }),
    ...(down !== undefined && {
      down: {
        ...down,
        at: move(down.at),
        ...(down.unwatched !== undefined && { unwatched: move(down.unwatched) }),
      },
    }),
  };
}

function healRecord(heal: HealRecord, move: Move): HealRecord {
  const { started, ended } = heal;
  return { ...heal, started: move(started), ...(ended !== undefined && { ended: move(ended) }) };
}

function healing(state: Healing, move: Move): Healing {
  const { running } = state;
  return {
    ...state,
    ...(running !== undefined && {
      running: { ...running, started: move(running.started), deadline: move(running.deadline) },
    }),
    starts: state.starts.map(move),
    cooldownUntil: move(state.cooldownUntil),
    lastEnd: move(state.lastEnd),
  };
}

function sourceWatch(source: SourceWatch, move: Move): SourceWatch {
  return {
    ...source,
    ...watch(source, move),
    containers: mapValues(source.containers, (one) => watch(one, move)),
  };
}

function watch({ blindSince, observedSince }: Watch, move: Move): Watch {
  return {
    observedSince: move(observedSince),
    ...(blindSince !== undefined && { blindSince: move(blindSince) }),
  };
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
