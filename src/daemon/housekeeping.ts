import { merge, type Observable, type Observer, repeat, tap, timer } from 'rxjs';
import type { Status } from '../control/status.ts';
import type { Control } from '../model.ts';
import type { Progress } from '../systemd/progress.ts';
import { firstFollowing } from './first-following.ts';
import { heartbeat, troubleOf } from './heartbeat.ts';
import { healChecks } from './heal-checks.ts';
import type { LineRates } from './line-rates.ts';
import type { World } from './open-world.ts';
import { pauseFile } from './pause-file.ts';
import type { PipelineRuns } from './pipeline-runs.ts';
import { summaries } from './summary.ts';

/** Positions and counts are stored this often, in milliseconds: so much is read again, and not lost, after a crash. */
const CHECKPOINT = 1_000;
const RATE_SAMPLE = 10_000;

export interface HousekeepingParts {
  readonly world: Pick<World, 'clock' | 'log' | 'store' | 'paused'>;
  readonly stateDir: string;
  readonly runs: PipelineRuns;
  readonly rates: LineRates;
  readonly status: () => Status;
  readonly going: Pick<Progress, 'trouble'>;
  /** Gets the commands that come by the PAUSE file, and whether the heal can be run. */
  readonly commands$: Pick<Observer<Control>, 'next'>;
}

/** What goes on beside the pipeline at its own times, for as long as it is subscribed to. */
export function housekeeping(parts: HousekeepingParts): Observable<unknown> {
  const { world, runs, rates, status, going } = parts;
  const { clock, log, store } = world;
  const trouble = (): string =>
    troubleOf(
      { sources: runs.current().sources(), store: store.health(), trouble: going.trouble() },
      clock.now(),
    );
  return merge(
    timer(CHECKPOINT, clock).pipe(
      repeat(),
      tap(() => runs.current().checkpoint()),
    ),
    timer(0, RATE_SAMPLE, clock).pipe(tap(() => rates.sample(runs.current().sources(), clock.now()))),
    pauseFile(parts.stateDir, world.paused, clock).pipe(tap((command) => parts.commands$.next(command))),
    healChecks(() => runs.config().heal, clock, log).pipe(tap((found) => parts.commands$.next(found))),
    firstFollowing(() => runs.current().sources(), clock, log),
    summaries(status, clock, log),
    heartbeat({
      url: () => runs.config().heartbeatUrl,
      ca: () => runs.config().alerts.ca,
      alive: () => trouble() === '',
      trouble,
      clock,
      log,
    }),
  );
}
