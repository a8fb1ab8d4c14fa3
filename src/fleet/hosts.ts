import type { Heartbeat } from './protocol.ts';

/** A host of which nothing has been heard for so long is unknown, in milliseconds: six heartbeats. */
export const UNKNOWN_AFTER = 90_000;

/** A host as the fleet knows it. */
export interface HostHeard {
  readonly host: string;
  /** What it said last. */
  readonly heartbeat: Heartbeat;
  /** When that was, epoch milliseconds by the clock of whoever heard it. */
  readonly heardAt: number;
  /** By how much its clock was ahead of the broker's then, in milliseconds: how late the message was counts as behind. */
  readonly ahead: number;
}

/** How a host stands, worst first: not heard, with an incident, something of it unread or given up, well. */
export const STANDINGS = ['unknown', 'incident', 'impaired', 'well'] as const;
export type HostStanding = (typeof STANDINGS)[number];

/** How a host stands at a moment, and since when it is unknown. */
export function standingOf({ heartbeat, heardAt }: HostHeard, now: number): HostStanding {
  if (now - heardAt > UNKNOWN_AFTER) return 'unknown';
  const open = heartbeat.incidents.filter(({ state }) => state !== 'resolved');
  if (open.length > 0) return 'incident';
  return heartbeat.unread.length > 0 || heartbeat.lost > 0 ? 'impaired' : 'well';
}

/** Hosts by trouble: the worst first, those alike by name. */
export function byTrouble(hosts: readonly HostHeard[], now: number): readonly HostHeard[] {
  const rank = (heard: HostHeard): number => STANDINGS.indexOf(standingOf(heard, now));
  return hosts.toSorted((a, b) => rank(a) - rank(b) || (a.host < b.host ? -1 : 1));
}
