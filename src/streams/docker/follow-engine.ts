import type { Coverage, Gap, Observation } from '../../model.ts';
import type { Log } from '../../log.ts';
import { batch } from '../batch.ts';
import { delay } from '../delay.ts';
import { type Skim, skimRecords } from '../skim.ts';
import type { Connection, FollowedStatus, Position, Restart, SourceContext } from '../source.ts';
import { dockerClient } from './client.ts';
import { containerLogs } from './container-logs.ts';
import { coverageOf, isSameCoverage } from './coverage.ts';
import { engineClock, NOTABLE_OFFSET } from './engine-clock.ts';
import { engineWatch } from './engine-watch.ts';
import type { DockerEngine } from './engines.ts';
import { restartTracker } from './restart-tracker.ts';
import { readPosition, type SavedPosition } from './saved-position.ts';
import { selfId } from './self-id.ts';
import { engineSetup } from './setups.ts';

/** How often it is looked at what has come due and at what is being read, in milliseconds. */
const LOOK_EVERY = 1_000;

const NEVER: Skim = () => false;

const NOTHING: SavedPosition = { containers: {} };

export interface EngineParts {
  readonly engine: DockerEngine;
  readonly context: SourceContext;
  readonly emit: (batch: readonly Observation[]) => void;
  /** Called at every change, when all that was read before it has been emitted or is gathered. */
  readonly onCoverage: (coverage: Coverage) => void;
  /** A gap that is being emitted. */
  readonly onGap: (gap: Gap) => void;
  /** Every start that has been explained, counted or not. */
  readonly onRestart: (restart: Restart) => void;
}

/** An engine that is being followed. */
export interface FollowedEngine {
  /** Gathers what is held back and can be said now (explained starts, gaps), and emits all that is gathered. */
  flush(): void;
  /** Exactly what has been emitted; throws while something is gathered. After `stop`, as it was then. */
  position(): Position;
  connection(): Connection;
  /** By how much the engine's clock is ahead of ours, in milliseconds. */
  offset(): number;
  containers(): readonly FollowedStatus[];
  /** When the last line came, or when following began, in epoch milliseconds. */
  heardAt(): number;
  /** Closes all that was opened; nothing is emitted any more. */
  stop(): void;
}

/** Begins to follow an engine; `position` is where an earlier run was. */
export function followEngine(parts: EngineParts, position?: Position): FollowedEngine {
  const { engine, context, emit, onCoverage, onGap, onRestart } = parts;
  const { config, clock, log } = context;
  const { id: source, endpoint } = engine;
  const closing = new AbortController();
  const { signal } = closing;
  const saved = position === undefined ? NOTHING : readPosition(position, log);
  const theirs = engineClock(clock, (offset) => noteOffset(offset, log));
  const client = dockerClient(endpoint, theirs.asking);
  const gathered = batch(emit, clock);
  const { push, quiet, now } = gathered;
  const tracker = restartTracker(
    {
      source,
      count: config.restarts.count,
      onRestart: (restart) => onRestart({ ...restart, at: theirs.toOurs(restart.at) }),
    },
    saved.tracker,
  );
  const logs = containerLogs(
    {
      source,
      client,
      tracker,
      push,
      quiet,
      skim: skimRecords(context.skim ?? NEVER),
      now,
      emitGap: (gap) => {
        const { toOurs } = theirs;
        const ours = { ...gap, at: toOurs(gap.at), from: toOurs(gap.from), to: toOurs(gap.to) };
        onGap(ours);
        push(ours);
      },
      engine: (waiting) => watch.reachable(waiting),
      containers: config.containers,
      selfId: selfId(),
      resumed: saved.events !== undefined,
      window: config.window,
      clock,
      theirs,
      log,
      signal,
    },
    saved.containers,
  );
  const watch = engineWatch(
    {
      client,
      window: config.window,
      theirs,
      event: logs.event,
      resync: logs.resync,
      change: (change, at) => tracker.engine(change, at),
      answered: tellVersion,
      clock,
      log,
      signal,
    },
    saved.events,
  );
  let left: Position | undefined;
  let version: string | undefined;
  void look();
  return {
    flush: () => {
      logs.flushPending();
      gathered.flush();
    },
    position: () => (signal.aborted ? left : here()) ?? unknownPosition(source),
    connection: watch.connection,
    offset: () => theirs.offset,
    containers: logs.status,
    heardAt: () => logs.heardAt(),
    stop: () => {
      left = here();
      closing.abort();
      gathered.close();
      client.close();
    },
  };

  /** Once a second: what has come due, and what is being read. */
  async function look(): Promise<void> {
    let last: Coverage | undefined;
    for (;;) {
      await delay(LOOK_EVERY, clock, signal);
      if (signal.aborted) return;
      logs.tick(clock.now());
      logs.flushPending();
      const view = { now: clock.now(), source, engine: absence(), down: logs.down() };
      const coverage = coverageOf(view, last);
      if (coverage === undefined || isSameCoverage(coverage, last)) continue;
      last = coverage;
      onCoverage(coverage);
    }
  }

  function tellVersion(answer: unknown): void {
    const setup = engineSetup(source, answer, clock.now());
    if (setup === undefined || setup.parts['version'] === version || signal.aborted) return;
    version = setup.parts['version'];
    push(setup);
  }

  function absence(): { since: number; reason: string } | undefined {
    const since = watch.downSince();
    const { reason = 'the Docker Engine cannot be reached' } = watch.connection();
    return since === undefined ? undefined : { since, reason };
  }

  /** Undefined while something is gathered: then it is beyond what has been emitted. */
  function here(): Position | undefined {
    if (!gathered.isEmpty()) return undefined;
    return { parts: logs.snapshot(), shared: { tracker: tracker.snapshot(), events: watch.snapshot() } };
  }
}

function noteOffset(offset: number, log: Log): void {
  if (Math.abs(offset) < NOTABLE_OFFSET) log.info({}, "the Docker Engine's clock and ours agree again");
  else log.warn({ offset }, "the Docker Engine's clock differs from ours, which is allowed for");
}

function unknownPosition(source: string): never {
  throw new Error(
    `the position of ${source} was requested while it had observations that were not emitted: flush it first`,
  );
}
