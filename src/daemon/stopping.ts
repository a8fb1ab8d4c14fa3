import type { Logger } from 'pino';
import { type Observable, tap } from 'rxjs';
import type { SystemdNotifier } from '../systemd/notify-systemd.ts';
import type { Performers } from './performers.ts';
import type { PipelineRuns } from './pipeline-runs.ts';
import { stopSignals } from './stop-signals.ts';

/** What a stop signal reaches. */
export interface Stoppable {
  readonly systemd: Pick<SystemdNotifier, 'stopping'>;
  readonly runs: Pick<PipelineRuns, 'end'>;
  readonly effects: Pick<Performers, 'stop'>;
  readonly log: Pick<Logger, 'info'>;
}

/**
 * The first SIGINT or SIGTERM ends reading at a checkpoint and leaves what is in progress its time; the second ends that,
 * too. `signals$` is to be subscribed to while the daemon runs.
 */
export function stopping({ systemd, runs, effects, log }: Stoppable): {
  readonly signals$: Observable<NodeJS.Signals>;
  readonly isStopping: () => boolean;
} {
  let stops = 0;
  return {
    isStopping: () => stops > 0,
    signals$: stopSignals().pipe(
      tap((signal) => {
        stops += 1;
        log.info(
          { signal },
          stops === 1 ? 'stopping; what is in progress is given its time' : 'stopping at once',
        );
        if (stops === 1) {
          systemd.stopping(`stopping (${signal}); what is in progress is given its time`);
          runs.end();
        }
        effects.stop();
      }),
    ),
  };
}
