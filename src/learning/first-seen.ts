import type { LearningConfig } from '../config/config.ts';
import type { Signal } from '../model.ts';
import { formatDuration } from '../time/duration.ts';
import { type Finding, quoted } from './finding.ts';
import { type Memory, messageKey } from './memory.ts';
import { repositoryOf } from './repository.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A message not seen for so long is forgotten. */
const FORGOTTEN = 90 * DAY;
/** A message not seen for so long that comes as often as a new one is back. */
const GONE = 7 * DAY;
/** So long after a repository was first seen all of it is new. */
const QUIET = DAY;
/** A message may take so long from its first line to being frequent, and is still new. */
const FRESH = 60 * MINUTE;
/** More than so many new messages within `WAVE_SPAN` are one thing: probably a deploy. */
const WAVE = 20;
const WAVE_SPAN = 10 * MINUTE;
/** Most messages that wait to be frequent. */
const MOST_WAITING = 20_000;

/** Notices errors that were never seen of their image, and those that come back after a week. */
export function firstSeen(
  memory: Memory,
  settings: () => LearningConfig,
): (signal: Signal) => readonly Finding[] {
  /** Messages that are new or back and not yet frequent: the moments they came. */
  const waiting = new Map<string, Waiting>();
  /** When the last messages became new, oldest first; and whether the wave they made has been told. */
  let wave: number[] = [];
  let isWave = false;

  return (signal) => {
    const { at, fingerprint, container } = signal;
    const repository = repositoryOf(signal);
    const since = memory.repositories.get(repository) ?? at;
    if (!memory.repositories.has(repository)) memory.repositories.set(repository, at);
    const key = messageKey(repository, fingerprint);
    const known = memory.messages.get(key);
    const away = known === undefined ? FORGOTTEN : at - known.last;
    if (known === undefined || away >= FORGOTTEN) memory.messages.set(key, { first: at, last: at });
    else known.last = Math.max(known.last, at);
    if (signal.kind !== 'critical' && signal.kind !== 'error') return [];
    if (away >= GONE && waiting.size < MOST_WAITING)
      waiting.set(key, { from: at, away: away >= FORGOTTEN ? undefined : away, times: [] });
    const one = waiting.get(key);
    if (one === undefined) return [];
    if (at - one.from > FRESH) {
      waiting.delete(key);
      return [];
    }
    const { limit, window } = settings();
    one.times.push(at);
    while (at - (one.times[0] ?? at) >= window) one.times.shift();
    if (one.times.length < limit) return [];
    waiting.delete(key);
    if (at - since < QUIET) return [];
    const often = `${one.times.length} in ${formatDuration(window)}`;
    const text = quoted(signal.text);
    if (one.away !== undefined)
      return [{ sign: 'back', at, signal, text: `${often}, last seen ${days(one.away)} ago: ${text}` }];
    wave = [...wave.filter((other) => at - other < WAVE_SPAN), at];
    if (wave.length <= WAVE) {
      isWave = false;
      return [{ sign: 'new', at, signal, text: `${often}, never seen in ${repository} in 90 days: ${text}` }];
    }
    if (isWave) return [];
    isWave = true;
    const many = `more than ${WAVE} new messages in ${formatDuration(WAVE_SPAN)}, the last from ${container}`;
    return [{ sign: 'new', at, signal, text: `much is new, a deploy? ${many}` }];
  };
}

interface Waiting {
  readonly from: number;
  /** For how long it had not been seen; undefined if never. */
  readonly away: number | undefined;
  readonly times: number[];
}

function days(ms: number): string {
  return `${Math.floor(ms / DAY)} days`;
}
