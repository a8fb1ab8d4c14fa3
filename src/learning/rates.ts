import type { Signal } from '../model.ts';
import { type Finding, inWords, quoted } from './finding.ts';
import { containerKey, type Hours, type Memory, messageKey } from './memory.ts';
import { poissonTail } from './poisson-tail.ts';
import { repositoryOf } from './repository.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The stretch that is compared with others, in minutes. */
const STRETCH = 10;
/** Fewer events in it than this say nothing. */
const LEAST = 10;
/** How many times the usual number it takes. */
const TIMES = 3;
/** A probability below this is no chance any more. */
const IMPROBABLE = 1e-6;
/** Without so many hours to compare with, nothing is said. */
const LEAST_HOURS = 6;
/** A message or container that was told is not told again for so long. */
const TOLD = 6 * HOUR;
/** The busiest messages, and containers, of which hours are kept; and how many hours. */
const MOST = 2_000;
const KEPT_HOURS = 8 * 24;

/** The slow rise (CUSUM): what an hour may be above the usual, in deviations, and the sum beyond that is told. */
const SLACK = 1;
const RISEN = 12;
/** A single hour adds at most this: one outburst is no rise. */
const MOST_OF_AN_HOUR = 3;
/** Days to compare an hour with before a rise is looked for, the last two left out: a rise must not be its own measure. */
const LEAST_DAYS = 3;

/** Notices how often messages and containers' errors come, against the same hour of other days and the last hours. */
export interface Rates {
  see(signal: Signal): void;
  /** Compares, at the end of a minute (its number since the epoch). */
  minute(minute: number): readonly Finding[];
}

export function rates(memory: Memory): Rates {
  const recent = new Map<string, Recent>();
  const told = new Map<string, number>();
  const risen = new Map<string, number>();
  return { see, minute };

  function see(signal: Signal): void {
    if (signal.kind !== 'critical' && signal.kind !== 'error') return;
    count(messageKey(repositoryOf(signal), signal.fingerprint), signal);
    count(containerKey(signal.container), signal);
  }

  function count(key: string, signal: Signal): void {
    const minute = Math.floor(signal.at / MINUTE);
    const known = recent.get(key) ?? { counts: new Map<number, number>(), signal };
    known.signal = signal;
    known.counts.set(minute, (known.counts.get(minute) ?? 0) + 1);
    recent.set(key, known);
    const hours = memory.hours.get(key) ?? new Map<number, number>();
    const hour = Math.floor(signal.at / HOUR);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
    memory.hours.set(key, hours);
  }

  function minute(minute: number): readonly Finding[] {
    const findings = [...recent].flatMap(([key, { counts, signal }]) => {
      for (const one of counts.keys()) if (one <= minute - STRETCH) counts.delete(one);
      if (counts.size === 0) recent.delete(key);
      const sum = [...counts.values()].reduce((all, one) => all + one, 0);
      return sum < LEAST ? [] : outburst(key, sum, signal, (minute + 1) * MINUTE);
    });
    const isHourOver = (minute + 1) % 60 === 0;
    if (!isHourOver) return onePerContainer(findings);
    const hour = Math.floor(minute / 60);
    const rises = [...memory.hours].flatMap(([key, hours]) => rise(key, hours, hour));
    forget(hour);
    return onePerContainer([...findings, ...rises]);
  }

  function outburst(key: string, sum: number, signal: Signal, at: number): readonly Finding[] {
    if (at - (told.get(key) ?? -Infinity) < TOLD) return [];
    const hours = memory.hours.get(key);
    const now = Math.floor((at - 1) / HOUR);
    const wanted = [1, 2, 3, 4, 5, 6, 24, 48, 72, 96, 120, 144, 168].map((back) => now - back);
    const reference = wanted.filter((hour) => memory.observed.has(hour)).map((hour) => hours?.get(hour) ?? 0);
    const wasThere = wanted.some((hour) => hour <= now - 24 && memory.observed.has(hour));
    if (reference.length < LEAST_HOURS || !wasThere || isYoung(key, at)) return [];
    const mean = reference.reduce((all, one) => all + one, 0) / reference.length / (60 / STRETCH);
    if (sum < TIMES * mean || sum * 2 <= Math.max(...reference)) return [];
    // Errors come in bursts: so many of them count as one as hours have differed more than chance lets them.
    const others = [...memory.observed].filter((hour) => hour !== now);
    const burst = burstOf(others.map((hour) => hours?.get(hour) ?? 0));
    if (poissonTail(Math.floor(sum / burst), mean / burst) >= IMPROBABLE) return [];
    told.set(key, at);
    // The container's outburst is this one.
    told.set(containerKey(signal.container), at);
    const usual = `${sum} in ${STRETCH} min, usually ${inWords(mean)} at this hour`;
    return [{ sign: 'rate', at, signal, text: `${usual}: ${subjectOf(key, signal)}` }];
  }

  function rise(key: string, hours: Hours, hour: number): readonly Finding[] {
    if (!key.startsWith('\0') || !memory.observed.has(hour)) return [];
    const days = [3, 4, 5, 6, 7].map((day) => hour - 24 * day).filter((one) => memory.observed.has(one));
    if (days.length < LEAST_DAYS) return [];
    const mean = days.reduce((all, one) => all + (hours.get(one) ?? 0), 0) / days.length;
    const above = ((hours.get(hour) ?? 0) - mean) / Math.sqrt(Math.max(1, mean));
    const sum = Math.max(0, (risen.get(key) ?? 0) + Math.min(MOST_OF_AN_HOUR, above) - SLACK);
    risen.set(key, sum >= RISEN ? 0 : sum);
    const signal = lastOf(key);
    const at = (hour + 1) * HOUR;
    if (sum < RISEN || at - (told.get(key) ?? -Infinity) < 24 * HOUR) return [];
    told.set(key, at);
    const lately = [0, 1, 2, 3, 4, 5].map((back) => hours.get(hour - back) ?? 0);
    const now = inWords(lately.reduce((all, one) => all + one, 0) / lately.length);
    const text = `a slow rise: ${now} errors an hour in the last 6 h, usually ${inWords(mean)} at this hour`;
    return [{ sign: 'rate', at, signal, text: `${text}: all errors of ${signal.container}` }];
  }

  /** What is new is told as such. */
  function isYoung(key: string, at: number): boolean {
    const known = memory.messages.get(key);
    return known !== undefined && at - known.first < 24 * HOUR;
  }

  function lastOf(key: string): Finding['signal'] {
    return recent.get(key)?.signal ?? { source: '', container: key.slice(1), labels: {} };
  }

  function forget(hour: number): void {
    for (const [key, hours] of memory.hours) {
      for (const one of hours.keys()) if (one < hour - KEPT_HOURS) hours.delete(one);
      if (hours.size === 0) memory.hours.delete(key);
    }
    for (const one of memory.observed) if (one < hour - KEPT_HOURS) memory.observed.delete(one);
    for (const [key, at] of told) if (at < (hour - 48) * HOUR) told.delete(key);
    if (memory.hours.size <= MOST) return;
    const sums = [...memory.hours].map(([key, hours]) => ({
      key,
      sum: key.startsWith('\0') ? Infinity : [...hours.values()].reduce((all, one) => all + one, 0),
    }));
    for (const { key } of sums.sort((a, b) => b.sum - a.sum).slice(MOST)) memory.hours.delete(key);
  }
}

/** The variance of counts over their mean, at least 1: of events that come by themselves it is 1. */
function burstOf(counts: readonly number[]): number {
  const mean = counts.reduce((all, one) => all + one, 0) / Math.max(1, counts.length);
  const variance = counts.reduce((all, one) => all + (one - mean) ** 2, 0) / Math.max(1, counts.length);
  return mean === 0 ? 1 : Math.max(1, variance / mean);
}

interface Recent {
  /** By minute since the epoch. */
  readonly counts: Map<number, number>;
  signal: Signal;
}

function subjectOf(key: string, { container, text }: Signal): string {
  return key.startsWith('\0') ? `all errors of ${container}` : quoted(text);
}

/** A message's outburst is its container's as well: the message says more, and stands first. */
function onePerContainer(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    ({ signal }, index) =>
      findings.findIndex((other) => other.signal.container === signal.container) === index,
  );
}
