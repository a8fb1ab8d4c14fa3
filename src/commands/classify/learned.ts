import type { Kind, Level } from '../../model.ts';
import { plain } from '../../classify/display.ts';
import { fingerprint } from '../../classify/fingerprint.ts';
import type { Verdict } from '../../classify/verdict.ts';

/** Within so many milliseconds many of one message are one happening. */
export const BURST = 5_000;

/** Longest text that is shown of a message, in UTF-16 units. */
const SHOWN = 2_000;

/** Most messages that are told apart; what comes beyond them is counted as one. */
const MOST = 20_000;

/** One message: how often it came, how it was judged, and the most of it that came within `BURST`. */
export interface Learned {
  readonly fingerprint: string;
  readonly level: Level;
  readonly rule: string;
  readonly evidence: string;
  readonly sample: string;
  readonly containers: ReadonlySet<string>;
  readonly count: number;
  readonly burst: number;
}

/** What has been seen: lines, the entries they make, and the messages, the most frequent that counts first. */
export interface Summary {
  readonly lines: number;
  readonly entries: number;
  readonly messages: readonly Learned[];
}

/** Counts messages by fingerprint, level and rule. `at` is the line's time in epoch milliseconds. */
export interface Learner {
  see(text: string, at: number, container: string, verdict: Verdict): void;
  summary(): Summary;
}

interface Growing extends Learned {
  count: number;
  burst: number;
  readonly containers: Set<string>;
  /** Times of the latest, oldest first, none older than a burst. */
  readonly times: number[];
}

export function learner(): Learner {
  const messages = new Map<string, Growing>();
  let lines = 0;
  let entries = 0;
  return { see, summary };

  function see(text: string, at: number, container: string, { level, event, rule, evidence }: Verdict): void {
    lines++;
    if (!event) return;
    entries++;
    const shown = shortened(plain(text).trim());
    const print = messages.size < MOST ? fingerprint(shown) : '(other messages)';
    const key = `${level} ${rule} ${print}`;
    let known = messages.get(key);
    if (known === undefined) {
      known = {
        fingerprint: print,
        level,
        rule,
        evidence: evidence ?? '',
        sample: shown,
        containers: new Set(),
        count: 0,
        burst: 0,
        times: [],
      };
      messages.set(key, known);
    }
    known.count++;
    known.containers.add(container);
    if (level === 'info') return;
    const { times } = known;
    times.push(at);
    while (at - (times[0] ?? at) > BURST) times.shift();
    known.burst = Math.max(known.burst, times.length);
  }

  function summary(): Summary {
    const counts = ({ level }: Learned): number => (level === 'info' ? 1 : 0);
    return {
      lines,
      entries,
      messages: [...messages.values()].sort((a, b) => counts(a) - counts(b) || b.count - a.count),
    };
  }
}

/** How much of a limit one message reaches by itself within a burst, from 0.8 on; undefined below. */
export function shareOfLimit(
  { level, burst }: Learned,
  limits: { readonly critical: number; readonly errors: number },
): { readonly kind: Kind; readonly limit: number; readonly share: number } | undefined {
  if (level !== 'critical' && level !== 'error') return undefined;
  const limit = level === 'critical' ? limits.critical : limits.errors;
  const share = burst / limit;
  return share > 0.8 ? { kind: level, limit, share } : undefined;
}

/** As much of a message as people are shown; a rule that quotes it still finds it in the line. */
function shortened(text: string): string {
  return text.slice(0, SHOWN).toWellFormed();
}
