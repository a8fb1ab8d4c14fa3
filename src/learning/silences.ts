import type { Activity, ContainerStatus, Coverage } from '../model.ts';
import { formatDuration } from '../time/duration.ts';
import type { Finding } from './finding.ts';
import type { Habit, Memory } from './memory.ts';
import { addPause, longPause, noPauses } from './pauses.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How many times as long as nearly all of its pauses a container must be silent. */
const TIMES = 10;
/** In how many of the last 24 hours it must have spoken. */
const HOURS = 20;
/** Pauses within a minute are not seen. */
const SHORTEST = MINUTE;

/** Notices that a container which always spoke does not any more. */
export interface Silences {
  hear(activity: Activity): void;
  /** A container that does not run, and what cannot be read, is not silent. */
  know(fact: ContainerStatus | Coverage): void;
  minute(minute: number): readonly Finding[];
}

export function silences(memory: Memory): Silences {
  const down = new Set<string>();
  const unread = new Map<string, ReadonlySet<string>>();
  const blind = new Set<string>();
  /** From when silence counts, where that is later than the last line; and by which source each is read. */
  const from = new Map<string, number>();
  const sources = new Map<string, string>();
  const told = new Set<string>();
  return { hear, know, minute };

  function hear({ container, source, at, from: before }: Activity): void {
    const habit = memory.habits.get(container) ?? { last: at, pauses: noPauses(), hours: new Set<number>() };
    memory.habits.set(container, habit);
    sources.set(container, source);
    const since = Math.max(before, from.get(container) ?? 0);
    // Of several streams only the pause between their lines counts.
    if (before > 0 && since >= habit.last - MINUTE) addPause(habit.pauses, at - since);
    habit.last = Math.max(habit.last, at);
    const hour = Math.floor(at / HOUR);
    habit.hours.add(hour);
    for (const one of habit.hours) if (one < hour - 24) habit.hours.delete(one);
    told.delete(container);
    down.delete(container);
  }

  function know(fact: ContainerStatus | Coverage): void {
    if (fact.type === 'container') {
      if (fact.state === 'running') {
        if (down.delete(fact.container)) from.set(fact.container, fact.at);
      } else down.add(fact.container);
      if (fact.state === 'removed') memory.habits.delete(fact.container);
      return;
    }
    const before = unread.get(fact.source) ?? new Set<string>();
    for (const [container, source] of sources)
      if (source === fact.source && (blind.has(source) || before.has(container)))
        from.set(container, fact.at);
    unread.set(fact.source, new Set(fact.unread));
    if (fact.blind) blind.add(fact.source);
    else blind.delete(fact.source);
  }

  function minute(minute: number): readonly Finding[] {
    const at = (minute + 1) * MINUTE;
    const findings: Finding[] = [];
    for (const [container, habit] of memory.habits) {
      const source = sources.get(container);
      if (source === undefined || told.has(container) || down.has(container)) continue;
      if (blind.has(source) || unread.get(source)?.has(container) === true) continue;
      const usual = longPause(habit.pauses);
      const silent = at - Math.max(habit.last, from.get(container) ?? 0);
      if (usual === undefined || silent <= TIMES * Math.max(SHORTEST, usual) || hoursBefore(habit) < HOURS)
        continue;
      told.add(container);
      const habitually = `99 of 100 of its pauses last at most ${formatDuration(Math.max(SHORTEST, usual))}`;
      const text = `silent for ${formatDuration(Math.floor(silent / 1_000) * 1_000)}, though ${habitually}`;
      findings.push({
        sign: 'silent',
        at,
        signal: { source, container, labels: {} },
        text: `${text}: ${container}`,
      });
    }
    return findings;
  }
}

/** In how many of the 24 hours before its last line it spoke. */
function hoursBefore({ hours, last }: Habit): number {
  const hour = Math.floor(last / HOUR);
  return [...hours].filter((one) => one > hour - 24).length;
}
