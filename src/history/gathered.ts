import type { Counts, HealRecord, IncidentState, Kind, Setup } from '../model.ts';

/** What has been gathered since the last flush: what one transaction of the history writes. */
export interface Gathered {
  readonly counts: readonly CountRow[];
  readonly messages: readonly MessageRow[];
  readonly pauses: readonly PauseRow[];
  readonly incidents: readonly IncidentRow[];
  readonly marks: readonly Mark[];
  /** When each image's repository was first seen in what was gathered. */
  readonly repositories: ReadonlyMap<string, number>;
  readonly setups: readonly Setup[];
}

/** What a container has counted in one minute; `minute` is its number since the epoch. */
export interface CountRow {
  readonly minute: number;
  readonly container: string;
  readonly counts: Counts;
  /** It has logged anything at all. */
  readonly active: boolean;
}

/** How often a message came in one hour, by the repository of its image, or its container where there is no image. */
export interface MessageRow {
  readonly repository: string;
  readonly fingerprint: string;
  readonly kind: Kind;
  readonly container: string;
  readonly hour: number;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly sample: string;
}

/** How long a container's pauses between lines were: how many of up to 1 s, 2 s, 4 s and so on. */
export interface PauseRow {
  readonly container: string;
  readonly histogram: readonly number[];
  readonly last: number;
}

/** An incident as it stands. Moments in epoch milliseconds. */
export interface IncidentRow {
  readonly id: string;
  readonly key: string;
  readonly opened: number;
  readonly closed: number | undefined;
  readonly state: IncidentState;
  readonly reason: string;
  /** Without their output. */
  readonly heals: readonly (Omit<HealRecord, 'output'> & { readonly output: undefined })[];
}

/** Something that happened at a moment, or from then `until`: a gap, a blind span, a change of the host. */
export interface Mark {
  readonly at: number;
  readonly until?: number;
  readonly kind: 'gap' | 'blind' | 'note' | 'change';
  readonly container: string;
  readonly text: string;
}
