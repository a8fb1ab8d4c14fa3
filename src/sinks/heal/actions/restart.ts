import type { SchedulerLike } from 'rxjs';
import type { HealConfig } from '../../../config/config.ts';
import { redact } from '../../text/redact.ts';
import { worstOffenders } from '../worst-offenders.ts';
import { endedRun, type HealEnd, type HealSink } from '../heal-sink.ts';

export interface RestartHealOptions {
  readonly config: HealConfig;
  readonly clock: SchedulerLike;
  /** Restarts one container by its stable identity; rejects with why it could not. */
  readonly restart: (container: string) => Promise<void>;
}

/**
 * The built-in heal: restarts the containers that caused the breach, one after the other. One that cannot be
 * restarted does not keep the others from it, but makes the heal a failed one. With nobody to blame nothing is done.
 */
export function restartHeal({ config, clock, restart }: RestartHealOptions): HealSink {
  return {
    // Restarts are calls to the engine: nothing of them outlives us that could be waited for.
    adopt: () => undefined,
    async start(effect) {
      const containers = worstOffenders(effect.story);
      if (containers.length === 0) {
        return endedRun({
          result: 'failed',
          detail: 'no container to blame, so none was restarted',
          output: '',
        });
      }
      if (config.dryRun) {
        const output = `would restart: ${containers.join(', ')}`;
        return endedRun({ result: 'dry-run', detail: 'dry run', output });
      }
      let cancelled = false;
      const said: string[] = [];
      const work = async (): Promise<HealEnd> => {
        let failures = 0;
        for (const container of containers) {
          if (cancelled) break;
          const problem = await restart(container).then(() => undefined, String);
          if (problem !== undefined) failures += 1;
          said.push(
            problem === undefined
              ? `restarted ${container}`
              : `not restarted: ${container}: ${redact(problem)}`,
          );
        }
        const detail = `${containers.length - failures} of ${containers.length} containers restarted`;
        return { result: failures === 0 ? 'ok' : 'failed', detail, output: said.join('\n') };
      };
      const ended = new Promise<HealEnd>((resolve) => {
        const timer = clock.schedule(() => {
          cancelled = true;
          resolve({ result: 'timeout', detail: 'ran out of time', output: said.join('\n') });
        }, config.timeout);
        void work().then((end) => {
          timer.unsubscribe();
          resolve(end);
        });
      });
      return Promise.resolve({ ended, kill: () => (cancelled = true) });
    },
  };
}
