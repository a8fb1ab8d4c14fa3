import { availableParallelism } from 'node:os';
import { concatWith, defer, EMPTY, ignoreElements, lastValueFrom, Subject, tap, timer } from 'rxjs';
import { canHeal } from '../config/can-heal.ts';
import type { Config } from '../config/config.ts';
import { policyOf } from '../incidents/policy.ts';
import { SILENT } from '../log.ts';
import type { Effect, Evidence, Outcome, Tally } from '../model.ts';
import { createEntryStore } from '../operators/classify.ts';
import { type Classifier, createClassifier } from '../classify/classifier.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { RollingWindow } from '../operators/rolling-window.ts';
import { pipeline } from '../pipeline.ts';
import { ASSUMED, type AssumedHeal, outcomeOf } from './assumed-heal.ts';
import { openPast } from './past.ts';
import { ReplayJournal } from './replay-journal.ts';
import type { ReplayResult } from './replay-result.ts';
import { skimWorkers } from './skim-workers.ts';
import { Backpressure } from '../streams/saved/backpressure.ts';
import { openSaved, type SavedSession } from '../streams/saved/open-saved.ts';
import { savedSource } from '../streams/saved/saved-source.ts';
import { type SessionNotes, type Skipped, sessionNotes } from '../streams/saved/session-notes.ts';
import type { RecordedOutcome } from '../streams/recording/session-format.ts';
import { advanceClock, advanceInStep, type Pace, VirtualClock } from '../time/virtual-clock.ts';

export interface ReplayOptions {
  readonly paths: readonly string[];
  readonly config: Config;
  /** Default: ok after 30 s. */
  readonly assumeHeal?: AssumedHeal;
  /**
   * Performs an effect for real and resolves with its outcome. Event time stands still meanwhile; the outcome of a
   * heal still comes after its assumed duration. Without it effects are journalled, not performed.
   */
  readonly perform?: (effect: Effect) => Promise<Outcome>;
  /** Event time against wall time, such as 60; as fast as it can if left out. */
  readonly speed?: number;
  /** Lines a second for files without times. Default 10. */
  readonly rate?: number;
  /** Threads that read ahead; as many as there are processors beside this one's, two at most, if left out. */
  readonly workers?: number;
  /** Directory of a history: what is in it is known, and what is replayed is added. Without it nothing is known before. */
  readonly history?: string;
  /** Called at once with a file, or the rest of one, that is left out. */
  readonly onSkip?: (skipped: Skipped) => void;
  /** Called with what decides, in its order, before it does; and once at the end with what it takes to decide it anew. */
  readonly onEvidence?: (item: Evidence) => void;
  readonly onEnd?: (end: ReplayEnd) => void;
  /** Called with every step of the incidents, and the rolling window at that moment. */
  readonly onStep?: (step: Step, tally: Tally) => void;
  /** Called with how many bytes of how many have been read; 0 if the total is not known. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** What the evidence alone does not tell: heals that were recorded, in their order, and the moment of the last event. */
export interface ReplayEnd {
  readonly heals: readonly RecordedOutcome[];
  readonly last: number;
}

/**
 * Feeds saved logs through the pipeline that runs live, on event time. It ends with the last event: what would have
 * fallen due later does not. Throws a UsageError for paths that cannot be replayed.
 */
export async function replaySession(options: ReplayOptions): Promise<ReplayResult> {
  const { config, paths, rate = 10, workers = spareCores() } = options;
  const notes = sessionNotes(options.onSkip);
  const classifier = createClassifier(config.classify.rules);
  // A rule of the user's may have any line count, so none is harmless before it is judged.
  const { skim } = classifier;
  const ahead = config.classify.rules.length === 0 ? skimWorkers(workers, skim) : undefined;
  try {
    const session = await openSaved({ paths, restarts: config.restarts, notes, rate, skim, ahead });
    return await replayOpened(session, options, classifier, notes);
  } finally {
    ahead?.close();
  }
}

/** More are idle most of the time: judging takes as long as two of them need. */
const MOST_WORKERS = 2;

function spareCores(): number {
  return Math.min(MOST_WORKERS, availableParallelism() - 1);
}

async function replayOpened(
  session: SavedSession,
  options: ReplayOptions,
  classifier: Classifier,
  notes: SessionNotes,
): Promise<ReplayResult> {
  const { config, assumeHeal = ASSUMED, onProgress } = options;
  const heals = session.recorded.filter(({ kind }) => kind === 'heal');
  const allHeals = [...heals];
  if (heals.length > 0) notes.assume(`heals end as recorded (${heals.length} of them)`);
  const clock = new VirtualClock();
  const entries = createEntryStore();
  const window = new RollingWindow({ length: config.window });
  const journal = new ReplayJournal(config, (at) => window.tally(at).counts);
  const outcomes$ = new Subject<Outcome>();
  const past = openPast(options.history, config);
  const pending = new Set<Promise<unknown>>();
  const pace = paceOf(options, pending);
  const backpressure = new Backpressure();

  function submit(effect: Effect): void {
    const performing = options.perform?.(effect);
    const { outcome: expected, delay } = outcomeOf(effect, heals, assumeHeal);
    let outcome = expected;
    if (performing !== undefined) {
      const done = performing.then((real) => (outcome = real)).finally(() => pending.delete(done));
      pending.add(done);
    }
    clock.schedule(() => outcomes$.next({ ...outcome, at: clock.now() }), delay);
  }

  /** Deadlines up to the last event fall due; what comes after it is not part of the replay. */
  async function toTheEnd(): Promise<void> {
    if (pace === undefined) clock.advanceTo(journal.last);
    else await advanceInStep(clock, journal.last, pace);
    outcomes$.complete();
  }

  const steps$ = pipeline(
    {
      sources: [savedSource(session, backpressure)],
      asRead: (batches$) =>
        batches$.pipe(
          tap((batch) => journal.see(batch)),
          tap(() => onProgress?.(session.bytesRead(), session.bytes)),
        ),
      classifier,
      entries,
      observer: past,
      advanceClock: (evidence$) =>
        evidence$.pipe(
          tap((batch) => journal.count(batch)),
          tap((batch) => {
            if (options.onEvidence !== undefined) batch.forEach(options.onEvidence);
          }),
          tap((batch) => backpressure.add(batch.length)),
          advanceClock(clock, pace),
          tap((batch) => backpressure.add(-batch.length)),
          concatWith(defer(toTheEnd).pipe(ignoreElements())),
        ),
      window,
      policy: policyOf(config),
      outcomes$,
      commands$: EMPTY,
      checkpoint$: EMPTY,
      store: (step) => {
        journal.follow(step);
        past.follow(step);
        options.onStep?.(step, window.tally(clock.now()));
        return true;
      },
      effects: { submit },
      log: SILENT,
    },
    clock,
  );
  await lastValueFrom(steps$, { defaultValue: undefined });
  past.close(journal.last);
  options.onEnd?.({ heals: allHeals, last: journal.last });
  const assumptions = [...assumptionsOf(options, assumeHeal), ...notes.assumptions];
  const skipped = notes.skipped.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  return journal.result(entries.stats, assumptions, skipped);
}

function paceOf({ perform, speed }: ReplayOptions, pending: ReadonlySet<Promise<unknown>>): Pace | undefined {
  if (perform === undefined && speed === undefined) return undefined;
  let origin: { readonly event: number; readonly wall: number } | undefined;
  return {
    settled: () => (pending.size === 0 ? undefined : Promise.all(pending).then(() => undefined)),
    due: (at) => {
      if (speed === undefined) return undefined;
      origin ??= { event: at, wall: performance.now() };
      const wait = (at - origin.event) / speed - (performance.now() - origin.wall);
      return wait <= 0 ? undefined : lastValueFrom(timer(wait)).then(() => undefined);
    },
  };
}

function assumptionsOf({ perform, config }: ReplayOptions, { result, duration }: AssumedHeal): string[] {
  const ends = { ok: 'succeeds', fail: 'fails with exit code 1', hang: 'runs out of time' }[result];
  if (!canHeal(config.heal)) return ['no heal is configured, so none is run'];
  const seconds = duration / 1_000;
  return [
    perform === undefined ? `a heal ${ends} after ${seconds} s` : `a heal takes ${seconds} s of event time`,
  ];
}
