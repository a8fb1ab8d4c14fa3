import { Observable, ReplaySubject } from 'rxjs';
import type { Coverage, Gap, Observation } from '../../model.ts';
import { batch } from '../batch.ts';
import { delay } from '../delay.ts';
import type { Position, Restart, Source, SourceContext, SourceStatus } from '../source.ts';
import { followedUnits } from './followed-units.ts';
import { textOf } from './journal-entry.ts';
import { readJournalPosition, writeJournalPosition } from './journal-position.ts';
import { journalReader } from './journal-reader.ts';
import { HOST_JOURNAL, type Journalctl } from './journalctl.ts';
import { machineOf, thisHost, type ThisHost } from './this-host.ts';
import { mayName, unitMatcher, unitPatterns } from './unit-patterns.ts';
import { JOURNALD } from './unit-run.ts';
import { askUnitStates } from './ask-units.ts';
import { unitTracker } from './unit-tracker.ts';

/** How often it is looked whether the journal is being read, in milliseconds. */
const LOOK_EVERY = 1_000;

/** A cut that is healed within this time (milliseconds) is no blindness. */
const BLIND_AFTER = 10_000;

/** So many gaps and restarts are kept for status. */
const SHOWN = 100;

export interface JournalOptions {
  /** Names and globs of units. */
  readonly units: readonly string[];
  /** Which journal; default: that of this host. */
  readonly journalctl?: Journalctl;
  /** What is to be known of the host; a test has one of its own. */
  readonly host?: ThisHost;
}

/** The journal of systemd as a source: what the units log that are asked for, and whether they run. */
export function followJournal(
  { units, journalctl = HOST_JOURNAL, host = thisHost() }: JournalOptions,
  { config, clock, log }: SourceContext,
  position?: Position,
): Source {
  const patterns = unitPatterns(units);
  const saved = position === undefined ? undefined : readJournalPosition(position, log);
  const coverage$ = new ReplaySubject<Coverage>(1);
  const shownGaps: Gap[] = [];
  const shownRestarts: Restart[] = [];
  let running: ReturnType<typeof start> | undefined;
  const batches$ = new Observable<readonly Observation[]>((subscriber) => {
    if (running !== undefined) {
      subscriber.error(new Error('the journal is read by one subscriber, once'));
      return undefined;
    }
    const begun = start((observations) => subscriber.next(observations));
    running = begun;
    return begun.stop;
  });
  return {
    id: JOURNALD,
    batches$,
    flush: () => running?.flush(),
    position: () => running?.position() ?? position ?? { parts: {} },
    coverage$: coverage$.asObservable(),
    status: () => ({
      id: JOURNALD,
      kind: JOURNALD,
      endpoint: 'the journal',
      gaps: [...shownGaps],
      restarts: [...shownRestarts],
      ...(running?.status() ?? {
        connection: { state: 'connecting', since: clock.now() },
        coverage: undefined,
        containers: [],
        heardAt: clock.now(),
      }),
    }),
  };

  function start(emit: (observations: readonly Observation[]) => void) {
    const closing = new AbortController();
    const { signal } = closing;
    const since = saved?.since ?? clock.now() - config.window;
    const place = { cursor: saved?.cursor ?? '', at: saved?.at ?? 0 };
    const gathered = batch(emit, clock);
    const { push, flush, now } = gathered;
    const closed = () => signal.aborted;
    const isNamed = unitMatcher(patterns);
    let coverage: Coverage | undefined;
    const tracker = unitTracker({ count: config.restarts.count, onRestart: tellRestart }, saved?.runs);
    const followed = followedUnits(
      {
        isWanted: (unit) => isNamed(unit) && !host.isOwnUnit(unit),
        containersElsewhere: config.sources.docker !== false,
        tracker,
        push,
        tellGap,
        now,
      },
      saved,
    );
    const isOfThisHost = machineOf(host);
    const reader = journalReader({
      journalctl,
      place,
      since,
      mayConcern: mayName(patterns),
      entry: (entry, ts, at) => {
        if (isOfThisHost(textOf(entry['_MACHINE_ID']))) followed.entry(entry, ts, at);
      },
      lost: followed.lost,
      caughtUp: () => void ask(),
      changed: look,
      clock,
      log,
      signal,
    });
    void watch();
    return {
      flush,
      position: () => {
        if (!gathered.isEmpty())
          throw new Error('the position in the journal was asked for before all was emitted');
        return writeJournalPosition({ since, ...place, ...followed.snapshot() });
      },
      status: (): Pick<SourceStatus, 'connection' | 'coverage' | 'containers' | 'heardAt'> => ({
        connection: reader.connection(),
        coverage,
        containers: followed.status(phase(), reader.connection().reason),
        heardAt: followed.heardAt(),
      }),
      stop: () => {
        closing.abort();
        gathered.close();
      },
    };

    /** What systemd says of the units: those that have been running for long have sent no message within the window. */
    async function ask(): Promise<void> {
      const states = await askUnitStates(host, patterns, signal);
      if (closed()) return;
      if (typeof states === 'string')
        log.warn({ reason: states }, 'systemd does not tell which units run; its messages will');
      else for (const state of states) followed.asked(state);
    }

    async function watch(): Promise<void> {
      while (!closed()) {
        await delay(LOOK_EVERY, clock, signal);
        if (closed()) return;
        if (reader.downSince() === undefined) followed.tick();
        look();
      }
    }

    /** Tells whether the journal is being read, when that has changed. */
    function look(): void {
      const seen = coverageNow();
      if (seen === undefined || (seen.blind === coverage?.blind && seen.reason === coverage.reason)) return;
      if (seen.blind) log.warn({ reason: seen.reason }, 'the journal is not being read');
      else if (coverage?.blind === true) log.info({}, 'the journal is being read again');
      coverage = seen;
      coverage$.next(seen);
    }

    function coverageNow(): Coverage | undefined {
      const downSince = reader.downSince();
      const at = clock.now();
      if (downSince !== undefined && at - downSince < BLIND_AFTER) return undefined;
      const { reason = 'what the journal holds has not been read up to now yet' } = reader.connection();
      const blind = downSince !== undefined;
      return { type: 'coverage', at, source: JOURNALD, blind, unread: [], reason: blind ? reason : '' };
    }

    function phase(): 'waiting' | 'catching up' | 'following' {
      if (reader.connection().state === 'down') return 'waiting';
      return reader.downSince() === undefined ? 'following' : 'catching up';
    }

    function tellGap(gap: Gap): void {
      const { container, from, to, reason } = gap;
      log.warn({ container, from, to, reason }, 'lines are missing');
      keep(shownGaps, gap);
      push(gap);
    }
  }

  function tellRestart(restart: Restart): void {
    const { container, cause, text, counted } = restart;
    log.info({ container, cause, counted }, text);
    keep(shownRestarts, restart);
  }
}

function keep<T>(shown: T[], item: T): void {
  shown.push(item);
  if (shown.length > SHOWN) shown.shift();
}
