import type { Judged } from '../model.ts';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { redact } from '../text/redact.ts';
import { Second } from './fold.ts';
import type { IncidentStep, Item } from './protocol.ts';
import { type Numbered, Sequence } from './sequence.ts';

/** What the broker has had is kept for so long, in milliseconds, in case it loses it: as long as its stream, at least. */
const KEPT = 2 * 3_600_000;

/** Largest size of what is held of evidence, and of incidents, in UTF-16 units: beyond, the oldest is given up. */
const MOST_EVIDENCE = 4 * 1_024 * 1_024;
const MOST_INCIDENTS = 1_024 * 1_024;

/** With so much that the broker has not had, whatever comes is folded: a host that is away for long loses no count. */
const BEHIND = 1_000;

/** The two sequences of a host. */
export type Track = 'evidence' | 'incidents';

/** What of a host goes to its fleet, kept with the rest of its state until the broker has it. */
export interface Sender {
  /** Who this host is: generated once, and stored. */
  readonly id: string;
  readonly epoch: () => number;
  /** Takes what has been judged, which holds no secret by then. Only signals are passed on; what was found by comparing with the past is not. */
  see(item: Judged, now: number): void;
  /** Takes what a step has led to, and gives the rows that must be stored in its transaction. */
  rows(step: Step, now: number): Rows | undefined;
  /** The rows of the last calls of `rows` are on disk. */
  stored(): void;
  /** What the broker has not confirmed, in order, at most `most` in size; what may still grow is left out. */
  unconfirmed(track: Track, most: number, now: number): readonly Numbered[];
  confirm(track: Track, seq: number): void;
  /** Counts from 1 under a new epoch, beyond `epoch`: the broker knows of numbers that this state does not. */
  renew(epoch: number): void;
  last(track: Track): number;
  unsent(): number;
  lost(): number;
}

/** Rows of the store that have changed. */
export interface Rows {
  readonly put: ReadonlyMap<string, unknown>;
  readonly drop: readonly string[];
}

/** The sender of a host, from the rows that were stored; without any it becomes somebody, by `newId`. */
export function sender(stored: ReadonlyMap<string, unknown>, newId: () => string): Sender {
  const known = identityIn(stored.get('identity'));
  const id = known?.id ?? newId();
  let epoch = known?.epoch ?? 1;
  let isNamed = known !== undefined;
  const tracks = { evidence: new Sequence('ev', stored), incidents: new Sequence('inc', stored) };
  let second = new Second(0);
  let singles: Item[] = [];
  /** The entry of what is folded in this second: it grows until the second is over. */
  let open: { readonly seq: number; readonly count: number } | undefined;
  let folded = 0;

  function see(item: Judged, now: number): void {
    if (item.type !== 'signal' || item.sign !== undefined) return;
    turn(now);
    const single = second.add(item, tracks.evidence.unsent > BEHIND);
    if (single === undefined) folded += 1;
    else singles.push(single);
  }

  /** A second that is over has what was folded in it stored, and grows no more. */
  function turn(now: number): void {
    if (second.holds(now)) return;
    gather(now);
    second = new Second(now);
    open = undefined;
    folded = 0;
  }

  function gather(now: number): void {
    if (singles.length > 0) {
      tracks.evidence.add(JSON.stringify({ at: now, items: singles }), now);
      singles = [];
    }
    if (folded === 0 || open?.count === folded) return;
    const json = JSON.stringify({ at: now, items: second.folded() });
    if (open === undefined) open = { seq: tracks.evidence.add(json, now), count: folded };
    else {
      tracks.evidence.replace(open.seq, json);
      open = { ...open, count: folded };
    }
  }

  return {
    id,
    epoch: () => epoch,
    see,
    rows: (step, now) => {
      turn(now);
      gather(now);
      const steps = stepsOf(step);
      if (steps.length > 0) tracks.incidents.add(JSON.stringify({ at: now, steps }), now);
      tracks.evidence.trim(now - KEPT, MOST_EVIDENCE);
      tracks.incidents.trim(now - KEPT, MOST_INCIDENTS);
      const changes = [tracks.evidence.take(), tracks.incidents.take()].filter((rows) => rows !== undefined);
      if (isNamed && changes.length === 0) return undefined;
      isNamed = true;
      return {
        put: new Map([...changes.flatMap(({ put }) => [...put]), ['identity', { id, epoch }]]),
        drop: changes.flatMap(({ drop }) => drop),
      };
    },
    stored: () => {
      for (const track of Object.values(tracks)) track.stored();
    },
    unconfirmed: (track, most, now) =>
      tracks[track].unconfirmed(
        most,
        track === 'evidence' && second.holds(now) && open !== undefined ? open.seq : Infinity,
      ),
    confirm: (track, seq) => tracks[track].confirm(seq),
    renew: (other) => {
      epoch = Math.max(epoch, other) + 1;
      open = undefined;
      second = new Second(0);
      folded = 0;
      for (const track of Object.values(tracks)) track.renumber();
      isNamed = false;
    },
    last: (track) => tracks[track].last,
    unsent: () => tracks.evidence.unsent + tracks.incidents.unsent,
    lost: () => tracks.evidence.lost + tracks.incidents.lost,
  };
}

function stepsOf({ transitions, incidents }: Step): readonly IncidentStep[] {
  return transitions.map(({ incident, key, from, to, at, reason }) => {
    const now = incidents.find(({ id }) => id === incident);
    return {
      incident,
      key,
      from,
      to,
      at,
      openedAt: now?.openedAt ?? at,
      reason: redact(reason),
      reached: redact(reasonText(now?.breaches ?? [])),
      containers: [...(now?.subjects ?? [])].slice(0, 50),
    };
  });
}

function identityIn(value: unknown): { readonly id: string; readonly epoch: number } | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('epoch' in value))
    return undefined;
  const { id, epoch } = value;
  return typeof id === 'string' && typeof epoch === 'number' ? { id, epoch } : undefined;
}
