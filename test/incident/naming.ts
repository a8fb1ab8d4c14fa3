import type { Config } from '../../src/config/config.ts';
import type { Effect, IncidentState, Rule, Signal } from '../../src/model.ts';
import type { Policy } from '../../src/incidents/policy.ts';
import type { CoreState } from '../../src/incidents/state.ts';
import { HOUR, MINUTE } from './history.ts';

/** A limit that was reached and that people have to be told of. */
interface Owed {
  readonly rule: string;
  readonly key: string;
  readonly at: number;
  /** In what state its incident was then. */
  readonly state: IncidentState | 'healthy';
  readonly slack: number;
}

/**
 * Keeps book of what has to be named: a limit that is reached, and was not for a whole window before, is named in an alert
 * within `groupWait` and a minute; while a heal runs or settles, in the message of the next decision.
 */
export class Naming {
  readonly #policy: Policy;
  readonly #wait: number;
  readonly #reached = new Map<string, number>();
  readonly #alerts = new Map<string, readonly number[]>();
  #owed: readonly Owed[] = [];

  constructor(config: Config, policy: Policy) {
    this.#policy = policy;
    this.#wait = config.incident.groupWait + MINUTE;
  }

  /** A signal has been read; `spent` is up to when evidence of a key no longer counts. */
  read(
    read: readonly Signal[],
    now: number,
    slack: number,
    spent: (key: string) => number,
    stateOf: (key: string) => Owed['state'],
  ): void {
    const signal = read.at(-1);
    if (signal === undefined) return;
    for (const rule of this.#policy.rules.values()) {
      // Only the rule of the host's silence has a container of its own here, and nothing sends that.
      const counts = rule.containers.length === 0 && rule.kinds.includes(signal.kind);
      if (!counts || !rule.effects.includes('alert')) continue;
      const from = Math.max(now - rule.window, spent(rule.key));
      if (!isReached(read, rule, from)) continue;
      const last = this.#reached.get(rule.name) ?? -Infinity;
      this.#reached.set(rule.name, now);
      if (now <= last + 2 * rule.window) continue;
      const owed = { rule: rule.name, key: rule.key, at: now, state: stateOf(rule.key), slack };
      this.#owed = [...this.#owed, owed];
    }
  }

  /** People are alerted; the name of a limit that should have been in it, if one is missing. */
  alert({ at, part, story }: Effect): string | undefined {
    const times = this.#alerts.get(story.key) ?? [];
    this.#alerts.set(story.key, [...times.filter((other) => other > at - HOUR), at]);
    const named = new Set(story.breaches.map(({ rule }) => rule));
    const open = this.#owed.filter(({ key }) => key === story.key);
    this.#owed = this.#owed.filter(({ key, rule }) => key !== story.key || !named.has(rule));
    const isDecision = part === 'resolved' || part === 'escalated';
    return open.find((owed) => isDecision && isLater(owed) && !named.has(owed.rule))?.rule;
  }

  /** A limit that should have been named by now, if there is one. */
  late(now: number, slack: number): string | undefined {
    return this.#owed.find((owed) => {
      const isFull = (this.#alerts.get(owed.key) ?? []).filter((at) => at > now - HOUR).length >= 10;
      return !isLater(owed) && !isFull && now > owed.at + this.#wait + slack - owed.slack;
    })?.rule;
  }

  /** What was read and not written is read again; `keys` is what was written. */
  crashed(keys: CoreState['keys']): void {
    const isKept = ({ rule, key }: Owed): boolean =>
      keys[key]?.incident?.breaches.some((breach) => breach.rule === rule) === true;
    for (const owed of this.#owed) if (!isKept(owed)) this.#reached.delete(owed.rule);
    this.#owed = this.#owed.filter(isKept);
  }

  /** A limit that was never named. */
  left(): string | undefined {
    return this.#owed[0]?.rule;
  }
}

function isLater({ state }: Owed): boolean {
  return state === 'healing' || state === 'settling';
}

/** Whether a limit is reached by what came after `from`; from the newest on, since that is nearly always decided soon. */
function isReached(read: readonly Signal[], { kinds, limit }: Rule, from: number): boolean {
  let count = 0;
  for (let index = read.length - 1; index >= 0 && count < limit; index -= 1) {
    const signal = read[index];
    if (signal === undefined || signal.at <= from) break;
    if (kinds.includes(signal.kind)) count += 1;
  }
  return count >= limit;
}
