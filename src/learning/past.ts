import type { Counts, Kind } from '../model.ts';

/** What advice and the digest are made from. Moments in epoch milliseconds. */
export interface Past {
  /** Not zero, in order of time. */
  readonly minutes: readonly CountedMinute[];
  readonly hours: readonly CountedMinute[];
  /** Of all that are known, the most frequent of the span first. */
  readonly messages: readonly PastMessage[];
  readonly marks: readonly PastMark[];
  /** When the first hour began of which anything is known; undefined for none. */
  readonly began: number | undefined;
}

/** What one container has counted in the minute, or hour, that begins at `at`. */
export interface CountedMinute {
  readonly at: number;
  readonly container: string;
  readonly counts: Counts;
}

/** A message; `count` is how often it came within the span, of which hours are kept for the most frequent, for 8 days. */
export interface PastMessage {
  readonly kind: Kind;
  readonly container: string;
  readonly fingerprint: string;
  readonly sample: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** How often it came since it was first seen. */
  readonly total: number;
}

/** A gap, a blind span, a note, a change of the host, or a message that could not be delivered. */
export interface PastMark {
  readonly at: number;
  readonly until: number;
  readonly kind: string;
  readonly container: string;
  readonly text: string;
}

/** An incident as it went. */
export interface PastIncident {
  readonly id: string;
  readonly openedAt: number;
  /** When it was resolved for good; undefined while it is not. */
  readonly resolvedAt: number | undefined;
  readonly reason: string;
  readonly heals: number;
  /** Heals after which it was resolved, with no other between. */
  readonly helped: number;
  readonly escalated: boolean;
  /** The messages it was about, the most frequent first. */
  readonly messages: readonly { readonly container: string; readonly fingerprint: string }[];
}
