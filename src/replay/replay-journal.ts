import type { Config } from '../config/config.ts';
import type { Counts, Evidence, Gap, IncidentState, Kind, Note, Observation } from '../model.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { zero } from '../operators/rolling-window.ts';
import type { ReplayedEffect, ReplayedTransition, ReplayResult } from './replay-result.ts';
import { describeEffect } from '../sinks/text/describe-effect.ts';

interface Draft {
  state: IncidentState;
  reason: string;
  resolvedAt: string | null;
  closedAt: string | null;
  closing: Counts | null;
  readonly key: string;
  readonly openedAt: string;
  readonly opening: Counts;
  readonly transitions: ReplayedTransition[];
}

/** Keeps what a replay shows at its end. Moments are ISO 8601 in UTC. */
export class ReplayJournal {
  /** Time of the latest event so far, in epoch milliseconds. */
  last = -Infinity;
  #first = Infinity;
  readonly #counts: Record<Kind, number> = zero();
  readonly #containers = new Set<string>();
  readonly #incidents = new Map<string, Draft>();
  readonly #effects: ReplayedEffect[] = [];
  readonly #gaps: Gap[] = [];
  readonly #notes: Note[] = [];
  readonly #config: Config;
  readonly #totals: (at: number) => Counts;

  /** `totals` are those of the rolling window at a moment. */
  constructor(config: Config, totals: (at: number) => Counts) {
    this.#config = config;
    this.#totals = totals;
  }

  /** Everything as it is read. */
  see(batch: readonly Observation[]): void {
    for (const item of batch) {
      if (item.at > this.last) this.last = item.at;
      const from = item.type === 'quiet' ? item.from : item.at;
      if (from < this.#first) this.#first = from;
      if (item.type === 'line' || item.type === 'quiet') this.#containers.add(item.origin.container);
      else if (item.type === 'gap') this.#gaps.push(item);
    }
  }

  /** Everything once it is judged. */
  count(batch: readonly Evidence[]): void {
    for (const item of batch) {
      if (item.type === 'note') this.#notes.push(item);
      else if (item.type === 'signal' && item.sign === undefined) this.#counts[item.kind] += 1;
    }
  }

  /** Every step of the incident machine. */
  follow({ transitions, effects }: Step): void {
    for (const { incident, key, at, from, to, reason } of transitions) {
      const draft = this.#draft(incident, key, at);
      draft.state = to;
      draft.transitions.push({ at: iso(at), from, to, reason });
      if (to === 'resolved') Object.assign(draft, { resolvedAt: iso(at), closing: this.#totals(at) });
      if (to === 'closed') draft.closedAt = iso(at);
    }
    for (const effect of effects) {
      const draft = this.#incidents.get(effect.story.incident);
      if (draft !== undefined && effect.part === 'opened') draft.reason = effect.story.reason;
      const { at, kind, id } = effect;
      this.#effects.push({ at: iso(at), kind, id, text: describeEffect(effect, this.#config) });
    }
  }

  /** The incidents so far, in the order in which they opened. */
  incidents(): ReplayResult['incidents'] {
    return [...this.#incidents].map(([id, draft]) => ({ id, ...draft }));
  }

  result(
    { lines, entries }: { lines: number; entries: number },
    assumptions: readonly string[],
    skipped: ReplayResult['skipped'],
  ): ReplayResult {
    return {
      lines,
      entries,
      counts: { ...this.#counts },
      containers: this.#containers.size,
      incidents: this.incidents(),
      effects: this.#effects,
      gaps: this.#gaps.map(({ container, from, to, reason }) => ({
        container,
        from: iso(from),
        to: iso(to),
        reason,
      })),
      ...this.#noted(),
      assumptions,
      skipped,
      began: this.#first > this.last ? null : iso(this.#first),
      span: this.#first > this.last ? 0 : (this.last - this.#first) / 1_000,
    };
  }

  #noted(): Pick<ReplayResult, 'notes'> {
    if (this.#notes.length === 0) return {};
    const notes = this.#notes.map(({ at, container, sign, text }) => ({
      at: iso(at),
      container,
      sign,
      text,
    }));
    return { notes };
  }

  #draft(id: string, key: string, at: number): Draft {
    const known = this.#incidents.get(id);
    if (known !== undefined) return known;
    const draft: Draft = {
      key,
      state: 'open',
      reason: '',
      openedAt: iso(at),
      resolvedAt: null,
      closedAt: null,
      opening: this.#totals(at),
      closing: null,
      transitions: [],
    };
    this.#incidents.set(id, draft);
    return draft;
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
