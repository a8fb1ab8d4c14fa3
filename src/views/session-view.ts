import type { Counts, Kind } from '../model.ts';

/** A limit is a count, or off. */
export type Limit = number | 'off';

/** Settings that are tried. The window in milliseconds. */
export interface TriedSettings {
  readonly critical: Limit;
  readonly errors: Limit;
  readonly restarts: Limit;
  readonly window: number;
}

/** What would have happened under some settings. */
export interface Tried {
  readonly settings: TriedSettings;
  readonly incidents: readonly TriedIncident[];
}

export interface TriedIncident {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly heals: readonly number[];
  readonly steps: readonly { readonly at: number; readonly to: string; readonly reason: string }[];
}

/** A saved session as it is shown. Moments in epoch milliseconds; `from` and `to` are those of its first and last event. */
export interface SessionView {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  readonly containers: number;
  readonly counts: Counts;
  /** Counts over time: `bar` milliseconds a bar, the first beginning at `from`. */
  readonly strip: { readonly bar: number; readonly kinds: Readonly<Record<Kind, readonly number[]>> };
  /** What was counted of each container, the worst first. */
  readonly worst: readonly { readonly container: string; readonly counts: Counts }[];
  /** What is assumed, and what was left out, for people. */
  readonly notes: readonly string[];
  /** What happens under the settings as they are. */
  readonly configured: Tried;
}
