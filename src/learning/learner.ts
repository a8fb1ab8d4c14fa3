import type { LearningConfig } from '../config/config.ts';
import type { Activity, Judged, Note, Signal } from '../model.ts';
import { changes } from './changes.ts';
import type { Finding } from './finding.ts';
import { firstSeen } from './first-seen.ts';
import type { Memory } from './memory.ts';
import { rates } from './rates.ts';
import { repositoryOf } from './repository.ts';
import { silences } from './silences.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A jump of time beyond this (milliseconds) is no time in which something was observed: nothing is compared over it. */
const JUMP = 24 * HOUR;

/**
 * Compares what is judged with what is known of the past. Pure: `now` is event time in a replay, the clock live. Every
 * finding is a note, and where the settings ask for an alert, a signal of that sign as well.
 */
export interface Learner {
  see(item: Judged, now: number): readonly (Note | Signal)[];
  /** Time has passed, also where nothing was logged. */
  advance(now: number): readonly (Note | Signal)[];
}

export function learner(memory: Memory, settings: () => LearningConfig): Learner {
  const messages = firstSeen(memory, settings);
  const frequency = rates(memory);
  const silence = silences(memory);
  const change = changes(memory);
  const blind = new Set<string>();
  let minute: number | undefined;
  return { see, advance };

  function see(item: Judged, now: number): readonly (Note | Signal)[] {
    const before = advance(now);
    const at = Math.min(item.at, now);
    switch (item.type) {
      case 'activity':
        remember(item, at);
        silence.hear({ ...item, at });
        return before;
      case 'signal': {
        if (item.kind === 'restart' || item.sign !== undefined) return before;
        const signal = { ...item, at };
        frequency.see(signal);
        return [...before, ...messages(signal).flatMap(toldAs)];
      }
      case 'coverage':
        if (item.blind) blind.add(item.source);
        else blind.delete(item.source);
        silence.know(item);
        return [...before, ...change.coverage(item)];
      case 'setup':
        return [...before, ...change.setup(item)];
      case 'container':
        silence.know(item);
        return before;
      case 'gap':
      case 'note':
        return before;
    }
  }

  /** An image that logs no errors is known as well, once it has one. */
  function remember(activity: Activity, at: number): void {
    const repository = repositoryOf(activity);
    if (!memory.repositories.has(repository)) memory.repositories.set(repository, at);
  }

  function advance(now: number): readonly (Note | Signal)[] {
    const present = Math.floor(now / MINUTE);
    if (minute === undefined || present - minute > JUMP / MINUTE || present < minute) minute = present;
    const findings: Finding[] = [];
    for (; minute < present; minute++) {
      const hour = Math.floor(minute / 60);
      // An hour of which a part was not seen is no measure for others.
      if (blind.size > 0) memory.observed.delete(hour);
      else if (minute % 60 === 0) memory.observed.add(hour);
      findings.push(...frequency.minute(minute), ...silence.minute(minute));
    }
    return findings.flatMap(toldAs);
  }

  function toldAs({ sign, at, signal, text }: Finding): readonly (Note | Signal)[] {
    const { [sign]: how } = settings();
    if (how === 'off') return [];
    const { source, container } = signal;
    const note: Note = { type: 'note', at, source, container, sign, text };
    if (how === 'note') return [note];
    return [
      note,
      {
        type: 'signal',
        ...{ kind: 'warning', at, source, container, labels: signal.labels, text, fingerprint: text },
        ...{ rule: `learned:${sign}`, sign },
      },
    ];
  }
}
