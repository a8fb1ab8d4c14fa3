import type { Config } from '../config/config.ts';
import type { Breach, EffectKind, Gap, HealRecord, IncidentState, Note, Transition } from '../model.ts';
import type { Newest } from './newest.ts';

/**
 * Everything the core remembers, as plain JSON: stored as one value, in one transaction with the effects it led to.
 * All moments are epoch milliseconds; `now` never goes back.
 */
export interface CoreState {
  readonly now: number;
  /** Number of the last incident. */
  readonly seq: number;
  /** No heal starts before this moment. */
  readonly pausedUntil: number;
  /** Since when this process has been observing without a break: its start, or the end of a standstill. */
  readonly observedSince: number;
  /** What of each source is being read, by the source's id; a source that has not reported yet counts as read. */
  readonly coverage: Readonly<Record<string, SourceWatch>>;
  /** The state cannot be stored: since when, and why. No heal starts meanwhile. */
  readonly unstored?: { readonly since: number; readonly reason: string };
  /** When the clock was last set back by so much that everything was moved with it, and by how many milliseconds. */
  readonly setBack?: { readonly at: number; readonly by: number };
  readonly healing: Healing;
  /** Why the configured heal cannot be run, as it was last found; absent while it can. */
  readonly healProblem?: string;
  readonly presence: Readonly<Record<string, Presence>>;
  /** When the next state of a container or an engine begins or ends by itself; 0 or absent for never. */
  readonly statesDue?: number;
  /** Which limits have evidence; `newest[i]` belongs to `slots[i]`. Kept apart because the slots hardly ever change. */
  readonly slots: readonly Slot[];
  readonly newest: readonly Newest[];
  /** Until when the evidence of `slots[i]` reached its limit at the latest, epoch milliseconds; 0 for never. */
  readonly reachedUntil: readonly number[];
  /**
   * Who has sent evidence; `latest[i][c]` is when `contributors[c]` last sent some towards `slots[i]`, 0 or absent for
   * never. A slot of one container has none: its evidence is that container's.
   */
  readonly contributors: readonly Contributor[];
  readonly latest: readonly (readonly number[])[];
  readonly keys: Readonly<Record<string, KeyState>>;
  readonly gaps: readonly Gap[];
  /** What was found lately by comparing with the past; absent where nothing was. */
  readonly notes?: readonly Note[];
}

/** What is known of heals on this host, over all incidents: there is one command and one slot. */
export interface Healing {
  readonly running?: {
    readonly key: string;
    readonly id: string;
    readonly started: number;
    /** When the core stops waiting for its outcome. */
    readonly deadline: number;
    /** The daemon was stopped meanwhile and the process is gone: no outcome will come. */
    readonly lost?: boolean;
  };
  /** Starts within the budget's window. */
  readonly starts: readonly number[];
  readonly cooldownUntil: number;
  /** How many heals have followed each other closely: each doubles the next cooldown. */
  readonly streak: number;
  readonly lastEnd: number;
  readonly lastCooldown: number;
}

/** Whether something is being read, and since when. Moments in epoch milliseconds. */
export interface Watch {
  /** Since when it is not; absent while it is. */
  readonly blindSince?: number;
  /** Since when it has been read without a break longer than `blindAfter`. */
  readonly observedSince: number;
}

/** A source: its own stream of events, and those of its containers whose logs are, or lately were, not read. */
export interface SourceWatch extends Watch {
  /** What is not read and why, for people; empty while all is. */
  readonly reason: string;
  readonly containers: Readonly<Record<string, Watch>>;
}

/** A container that evidence came from. */
export interface Contributor {
  readonly source: string;
  readonly container: string;
}

/** One container, by identity. Instances are Docker's ids: a service may run several, and a recreated one changes. */
export interface Presence {
  readonly source: string;
  readonly instances: Readonly<Record<string, { readonly running: boolean; readonly healthy: boolean }>>;
  /** When it was last seen running and not unhealthy; meaningless while it is. */
  readonly lastUp: number;
  /** Stopped on purpose, or done: not missed while it does not run. */
  readonly excused: boolean;
  /** A heal of ours has ended it: being told once more that it was stopped excuses nothing. */
  readonly endedByHeal?: boolean;
  /** Made for one run and thrown away: never expected. */
  readonly oneOff?: boolean;
  /** It has been seen running, healthy or not. */
  readonly ran?: boolean;
  /** Down though nobody stopped it: since when, how it ended, and if nobody watched that, when it was found so. */
  readonly down?: {
    readonly at: number;
    readonly how: string;
    readonly unwatched?: number;
    /** Its restart policy has yet to bring it back. */
    readonly restarting?: boolean;
  };
  /** It runs, and its health check has failed without a break since then. */
  readonly illSince?: number;
  /** Not reported since the daemon started: it may well be running. */
  readonly unseen?: boolean;
}

/** One limit that is counted: a rule, and the container if it is counted for each. */
export interface Slot {
  readonly rule: string;
  readonly container?: string;
  readonly limit: number;
}

/** One incident key. Only evidence newer than `watermark` decides anything. */
export interface KeyState {
  readonly watermark: number;
  readonly incident?: Incident;
}

/** An incident that is not closed. `due` is when it has to be looked at next if nothing happens. */
export interface Incident {
  readonly id: string;
  readonly key: string;
  readonly state: Exclude<IncidentState, 'closed'>;
  readonly openedAt: number;
  /** When the present state was entered. */
  readonly since: number;
  readonly due: number;
  /** The moment the present state ends by itself: what it means depends on the state. */
  readonly until: number;
  /** Whether the opening (or reopening) has been announced. */
  readonly announced: boolean;
  /** Verifying although nothing was healed; `relapsed` once a limit was reached again meanwhile. */
  readonly passive: boolean;
  readonly relapsed: boolean;
  /** Attempts since the opening or the last reset by an operator. */
  readonly attempts: number;
  /** The last heal could not be run at all, and no operator has reset it since. */
  readonly broken: boolean;
  readonly heals: readonly HealRecord[];
  readonly effects: readonly EffectKind[];
  readonly breaches: readonly Breach[];
  /** The limits that people have been told of since the opening, and how much each then counted. */
  readonly told: readonly Told[];
  /** When what has become a breach since is told; 0 while there is nothing. */
  readonly newsAt: number;
  /** When it is looked next whether a limit that was told counts ten times as much. */
  readonly worseAt: number;
  /** When people were alerted in the last hour. */
  readonly sent: readonly number[];
  /** The containers whose deciding evidence reached a limit since the opening, and the sources they were read from. */
  readonly subjects: readonly string[];
  readonly sources: readonly string[];
  /** How many notifications of each of these types there have been: they number the effects. */
  readonly counters: Readonly<Record<CountedPart, number>>;
  /** Containers that have to be running for it to be resolved. */
  readonly expected: readonly string[];
  /** Since when one of them is not; absent while all are, which they have been since `aliveSince`. */
  readonly downSince?: number;
  readonly aliveSince: number;
  /** Of states alone: since when none of them holds any more. */
  readonly clearSince?: number;
  /** States alone had opened it when a limit was reached as well: that is news, and no opening. */
  readonly wasHolding?: boolean;
  /** From when on a container that is down counts against the heal. */
  readonly graceFrom: number;
  readonly foundAtStart: boolean;
  /** The evidence of the last decision was read back after a start or an outage. */
  readonly readBack: boolean;
  /** Why the last decision went as it did, in a few words. */
  readonly decisionReason: string;
  readonly acknowledged: boolean;
  /** Pause before the reminder after the next one. */
  readonly reminderEvery: number;
  readonly timeline: readonly Transition[];
}

/** Types of notifications that an incident may have several of, beside those of its heals. */
export type CountedPart = 'reopened' | 'escalated' | 'reminder' | 'resolved' | 'note' | 'news';

/** A limit as people were told of it: its count at `at`, of evidence later than `since`. */
export interface Told {
  readonly rule: string;
  readonly container?: string;
  readonly count: number;
  readonly since: number;
  readonly at: number;
}

/**
 * The state before anything has happened. `cautious` is for a start after the store was lost: no heal for one
 * cooldown, because nobody knows what was done just before.
 */
export function initial(config: Config, at: number, cautious = false): CoreState {
  return {
    now: at,
    seq: 0,
    pausedUntil: 0,
    observedSince: at,
    coverage: {},
    healing: {
      starts: [],
      cooldownUntil: cautious ? at + config.incident.cooldown : 0,
      streak: 0,
      lastEnd: 0,
      lastCooldown: 0,
    },
    presence: {},
    slots: [],
    newest: [],
    reachedUntil: [],
    contributors: [],
    latest: [],
    keys: {},
    gaps: [],
  };
}

/** When the core has to be ticked next if nothing happens before; undefined while nothing is. */
export function nextDeadline(state: CoreState): number | undefined {
  let next = state.statesDue === 0 ? undefined : state.statesDue;
  for (const { incident } of Object.values(state.keys)) {
    if (incident !== undefined && (next === undefined || incident.due < next)) next = incident.due;
  }
  return next;
}
