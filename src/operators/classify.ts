import { type OperatorFunction, filter, map } from 'rxjs';
import type { Activity, Evidence, Judged, Line, Observation, Origin, Signal } from '../model.ts';
import type { Classifier } from '../classify/classifier.ts';
import { type EntryState, newEntry } from '../classify/entry.ts';
import { fingerprint } from '../classify/fingerprint.ts';
import type { Verdict } from '../classify/verdict.ts';
import { display } from '../text/display.ts';
import { safeObservation, signalText } from './safe-observation.ts';

/** What is stored of open entries: by container id and stream. */
export type SavedEntries = Readonly<Record<string, EntryState>>;

/** The open entry of every stream of every container, and how much has been classified. */
export interface EntryStore {
  /** Lines classified, and entries among them: continuation lines and blank ones are no entries. */
  readonly stats: { lines: number; entries: number };
  /** The entry of an origin. Origins are compared by identity, so one object per stream is cheapest. */
  of(origin: Origin): EntryState;
  /** A copy of all entries, for the checkpoint that also holds the cursors. */
  snapshot(): SavedEntries;
  /** Drops a removed container's entries. */
  forget(id: string): void;
}

/** An entry store, empty or as a snapshot left it. */
export function createEntryStore(saved: SavedEntries = {}): EntryStore {
  const entries = new Map<string, EntryState>(
    // What an older version stored has no head and no columns.
    Object.entries(saved).map(([key, entry]) => [key, { ...newEntry(), ...entry }]),
  );
  let known = new WeakMap<Origin, EntryState>();
  return {
    stats: { lines: 0, entries: 0 },
    of(origin) {
      const found = known.get(origin);
      if (found !== undefined) return found;
      const key = `${origin.id} ${origin.stream}`;
      const entry = entries.get(key) ?? newEntry();
      entries.set(key, entry);
      known.set(origin, entry);
      return entry;
    },
    snapshot: () => Object.fromEntries([...entries].map(([key, entry]) => [key, { ...entry }])),
    forget(id) {
      entries.delete(`${id} stdout`);
      entries.delete(`${id} stderr`);
      known = new WeakMap();
    },
  };
}

/**
 * Classifies lines: an entry that counts becomes a signal when its first line arrives; harmless and continuation
 * lines are dropped. Signals and facts from elsewhere (restarts, container states, gaps) pass through in order. A
 * batch with nothing left is not emitted.
 */
export function classify(
  classifier: Classifier,
  entries: EntryStore = createEntryStore(),
): OperatorFunction<readonly Observation[], readonly Evidence[]> {
  return (source) =>
    source.pipe(
      map((batch) => judgeBatch<never>(batch, classifier, entries)),
      filter((evidence) => evidence.length > 0),
    );
}

/** The same, and in its place among the evidence that a stream speaks: once a minute, and not for every line. */
export function classifyWithActivity(
  classifier: Classifier,
  entries: EntryStore,
): OperatorFunction<readonly Observation[], readonly Judged[]> {
  return (source) =>
    source.pipe(
      map((batch) => judgeBatch(batch, classifier, entries, activityOf)),
      filter((judged) => judged.length > 0),
    );
}

const MINUTE = 60_000;

function activityOf({ source, container, image }: Origin, at: number, from: number): Activity {
  return {
    type: 'activity',
    ...{ at, source, container: display(container), from },
    ...(image !== undefined && { image }),
  };
}

function judgeBatch<Told>(
  batch: readonly Observation[],
  classifier: Classifier,
  entries: EntryStore,
  told?: (origin: Origin, at: number, from: number) => Told,
): readonly (Evidence | Told)[] {
  const { stats } = entries;
  let evidence: (Evidence | Told)[] | undefined;
  let last: Origin | undefined;
  let entry: EntryState | undefined;
  for (const observation of batch) {
    if (observation.type !== 'line' && observation.type !== 'quiet') {
      (evidence ??= []).push(safeObservation(observation));
      continue;
    }
    const { origin } = observation;
    if (entry === undefined || origin !== last) {
      last = origin;
      entry = entries.of(origin);
    }
    if (told !== undefined) {
      const at = observation.type === 'quiet' ? observation.from : observation.at;
      if (at >= entry.at - (entry.at % MINUTE) + MINUTE) (evidence ??= []).push(told(origin, at, entry.at));
    }
    if (observation.type === 'quiet') {
      const { lines, from, at } = observation;
      classifier.pass(entry, lines, from, at);
      stats.lines += lines;
      stats.entries += lines;
      continue;
    }
    const verdict = classifier.judge(observation.text, entry, origin.container, observation.at, origin.image);
    stats.lines++;
    if (!verdict.event) continue;
    stats.entries++;
    if (verdict.level !== 'info') (evidence ??= []).push(toSignal(observation, verdict.level, verdict));
  }
  return evidence ?? [];
}

function toSignal(line: Line, kind: Signal['kind'], verdict: Verdict): Signal {
  const text = signalText(line.text);
  return {
    type: 'signal',
    kind,
    at: line.at,
    source: line.origin.source,
    container: display(line.origin.container),
    labels: line.origin.labels,
    text,
    fingerprint: fingerprint(text),
    rule: verdict.rule,
    ...(line.origin.image !== undefined && { image: line.origin.image }),
  };
}
