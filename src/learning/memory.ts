import type { Setup } from '../model.ts';
import type { Histogram } from './pauses.ts';

/** A message as it is known: moments in epoch milliseconds. */
export interface Known {
  first: number;
  last: number;
}

/** Counts by hour since the epoch. */
export type Hours = Map<number, number>;

/** A container's habits of speaking. */
export interface Habit {
  last: number;
  readonly pauses: Histogram;
  /** The hours since the epoch in which it spoke, of the last day. */
  readonly hours: Set<number>;
}

/**
 * What is known of the past, growing as more is seen; of a fresh start nothing. Messages go by repository and
 * fingerprint, see `messageKey`.
 */
export interface Memory {
  readonly messages: Map<string, Known>;
  /** When each repository was first seen. */
  readonly repositories: Map<string, number>;
  /** Counts of the busiest messages and of containers (all that is error or worse, by `containerKey`). */
  readonly hours: Map<string, Hours>;
  /** Hours in which something was observed, and nothing was not. */
  readonly observed: Set<number>;
  readonly habits: Map<string, Habit>;
  /** How containers and engines were set up when they were last seen, by `setupKey`. */
  readonly setups: Map<string, Pick<Setup, 'id' | 'parts'>>;
}

export function emptyMemory(): Memory {
  return {
    messages: new Map(),
    repositories: new Map(),
    hours: new Map(),
    observed: new Set(),
    habits: new Map(),
    setups: new Map(),
  };
}

export function messageKey(repository: string, fingerprint: string): string {
  return `${repository}\0${fingerprint}`;
}

/** Containers have identities over all sources; an engine is an empty name of its source. */
export function setupKey(source: string, container: string): string {
  return container === '' ? `\0${source}` : container;
}

/** No repository is empty. */
export function containerKey(container: string): string {
  return `\0${container}`;
}
