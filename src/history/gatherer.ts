import type { Incident } from '../incidents/state.ts';
import { addPause, type Histogram, noPauses } from '../learning/pauses.ts';
import { repositoryOf } from '../learning/repository.ts';
import type { Activity, Coverage, Counts, Gap, Judged, Kind, Note, Setup, Signal } from '../model.ts';
import type { CountRow, Gathered, IncidentRow, Mark, MessageRow } from './gathered.ts';
import { SAMPLE_BYTES } from './schema.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Most containers and messages of one minute that are gathered: what comes beyond them is in no history. */
const MOST_IN_A_MINUTE = 20_000;

/** Collects what is judged until the history takes it: sums in memory, no file, no clock. */
export interface Gatherer {
  /** What has been judged; times later than `now` count as now. */
  see(batch: readonly Judged[], now: number): void;
  /** Incidents as they stand after a step; `reasonOf` says what one is about. */
  follow(incidents: readonly IncidentLike[], reasonOf: (incident: IncidentLike) => string): void;
  mark(mark: Mark): void;
  /** All that has been gathered, which is then forgotten; undefined if there is nothing. */
  take(): Gathered | undefined;
}

/** What the history wants of an incident. */
export type IncidentLike = Pick<Incident, 'id' | 'key' | 'openedAt' | 'since' | 'heals' | 'breaches'> & {
  readonly state: IncidentRow['state'];
};

export function gatherer(): Gatherer {
  let counts = new Map<string, OpenCount>();
  let messages = new Map<string, OpenMessage>();
  let pauses = new Map<string, OpenPauses>();
  let incidents = new Map<string, IncidentRow>();
  let marks: Mark[] = [];
  let repositories = new Map<string, number>();
  let setups: Setup[] = [];
  /** Since when each source has been blind. */
  const blind = new Map<string, Coverage>();
  return { see, follow, mark: (mark) => marks.push(mark), take };

  function see(batch: readonly Judged[], now: number): void {
    for (const item of batch) {
      switch (item.type) {
        case 'signal':
          count(item, Math.min(item.at, now));
          break;
        case 'activity':
          speak(item, Math.min(item.at, now));
          break;
        case 'coverage':
          cover(item);
          break;
        case 'gap':
          marks.push(markOf(item));
          break;
        case 'note':
          marks.push(noted(item));
          break;
        case 'setup':
          setups.push(item);
          break;
        case 'container':
      }
    }
  }

  function count(signal: Signal, at: number): void {
    if (signal.sign !== undefined) return;
    const row = countOf(signal.container, at);
    if (row !== undefined) row.counts[signal.kind] += 1;
    if (signal.kind === 'restart') return;
    const repository = repositoryOf(signal);
    firstSeen(repository, at);
    const hour = Math.floor(at / HOUR);
    const key = `${hour}\0${repository}\0${signal.fingerprint}`;
    const known = messages.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.last = Math.max(known.last, at);
    } else if (messages.size < MOST_IN_A_MINUTE) {
      const { fingerprint, kind, container } = signal;
      const sample = cutBytes(signal.text, SAMPLE_BYTES);
      messages.set(key, {
        ...{ repository, fingerprint, kind, container, hour, sample },
        ...{ first: at, last: at, count: 1 },
      });
    }
  }

  function speak(activity: Activity, at: number): void {
    const { container, from } = activity;
    firstSeen(repositoryOf(activity), at);
    const row = countOf(container, at);
    if (row !== undefined) row.active = true;
    let known = pauses.get(container);
    if (known === undefined) {
      known = { histogram: noPauses(), last: at };
      pauses.set(container, known);
    }
    known.last = Math.max(known.last, at);
    if (from > 0) addPause(known.histogram, at - from);
  }

  function firstSeen(repository: string, at: number): void {
    if (!repositories.has(repository)) repositories.set(repository, at);
  }

  function cover(coverage: Coverage): void {
    const since = blind.get(coverage.source);
    if (coverage.blind) blind.set(coverage.source, since ?? coverage);
    else if (since !== undefined) {
      blind.delete(coverage.source);
      const { source, at, reason } = since;
      marks.push({ at, until: coverage.at, kind: 'blind', container: source, text: reason });
    }
  }

  function countOf(container: string, at: number): OpenCount | undefined {
    const minute = Math.floor(at / MINUTE);
    const key = `${minute}\0${container}`;
    const known = counts.get(key);
    if (known !== undefined || counts.size >= MOST_IN_A_MINUTE) return known;
    const fresh = { minute, container, active: false, counts: none() };
    counts.set(key, fresh);
    return fresh;
  }

  function follow(changed: readonly IncidentLike[], reasonOf: (incident: IncidentLike) => string): void {
    for (const incident of changed) {
      const { id, key, state, openedAt, since } = incident;
      const heals = incident.heals.map((heal) => ({ ...heal, output: undefined }));
      const closed = state === 'closed' ? since : undefined;
      incidents.set(id, { id, key, opened: openedAt, closed, state, reason: reasonOf(incident), heals });
    }
  }

  function take(): Gathered | undefined {
    const others = incidents.size + marks.length + setups.length;
    if (counts.size + messages.size + pauses.size + others === 0) return undefined;
    const gathered: Gathered = {
      counts: [...counts.values()],
      messages: [...messages.values()],
      pauses: [...pauses].map(([container, { histogram, last }]) => ({ container, histogram, last })),
      incidents: [...incidents.values()],
      marks,
      repositories,
      setups,
    };
    counts = new Map();
    messages = new Map();
    pauses = new Map();
    incidents = new Map();
    marks = [];
    repositories = new Map();
    setups = [];
    return gathered;
  }
}

interface OpenCount extends CountRow {
  active: boolean;
  readonly counts: Record<Kind, number>;
}

type OpenMessage = { -readonly [K in keyof MessageRow]: MessageRow[K] };

interface OpenPauses {
  readonly histogram: Histogram;
  last: number;
}

function none(): Record<Kind, number> & Counts {
  return { critical: 0, error: 0, warning: 0, restart: 0 };
}

function markOf({ from, to, container, reason }: Gap): Mark {
  return { at: from, until: to, kind: 'gap', container, text: reason };
}

function noted({ at, container, sign, text }: Note): Mark {
  if (sign === 'change') return { at, kind: 'change', container, text };
  return { at, kind: 'note', container, text: `${sign}: ${text}` };
}

/** So many bytes of a text at most, not cut within a character. */
function cutBytes(text: string, most: number): string {
  if (text.length * 3 <= most) return text;
  const bytes = Buffer.from(text);
  return bytes.length <= most
    ? text
    : bytes
        .subarray(0, most)
        .toString()
        .replace(/\ufffd$/, '');
}
