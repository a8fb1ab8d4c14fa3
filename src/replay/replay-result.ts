import type { Counts, Effect, IncidentState, Sign } from '../model.ts';
import type { Skipped } from '../streams/saved/session-notes.ts';

/** What would have happened. Moments are ISO 8601 in UTC; the same input gives the same object every time. */
export interface ReplayResult {
  readonly lines: number;
  readonly entries: number;
  /** Signals in the whole replay. */
  readonly counts: Counts;
  readonly containers: number;
  readonly incidents: readonly ReplayedIncident[];
  readonly effects: readonly ReplayedEffect[];
  readonly gaps: readonly ReplayedGap[];
  /** What was found by comparing with the past; absent if nothing was. */
  readonly notes?: readonly ReplayedNote[];
  readonly assumptions: readonly string[];
  /** Files, or the rest of files, that were left out: unreadable, damaged, or in no known format. */
  readonly skipped: readonly Skipped[];
  /** When the first event happened; null if there was none. */
  readonly began: string | null;
  /** Seconds of event time between the first event and the last. */
  readonly span: number;
}

/** One incident of a replay. */
export interface ReplayedIncident {
  readonly id: string;
  readonly key: string;
  readonly state: IncidentState;
  /** What had been breached when it was announced. */
  readonly reason: string;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  readonly closedAt: string | null;
  /** Totals of the window when it was opened, and when it was last resolved. */
  readonly opening: Counts;
  readonly closing: Counts | null;
  readonly transitions: readonly ReplayedTransition[];
}

export interface ReplayedTransition {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** One effect, in the order they were requested. */
export interface ReplayedEffect {
  readonly at: string;
  readonly kind: Effect['kind'];
  readonly id: string;
  readonly text: string;
}

/** Something found by comparing with the past, in words with their arithmetic. */
export interface ReplayedNote {
  readonly at: string;
  readonly container: string;
  readonly sign: Sign | 'change';
  readonly text: string;
}

export interface ReplayedGap {
  readonly container: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}
