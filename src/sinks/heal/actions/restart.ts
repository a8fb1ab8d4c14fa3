import { redact } from '../../text/redact.ts';
import { worstOffenders } from '../worst-offenders.ts';
import type { HealAction, HealParts } from '../heal-action.ts';
import { endedRun, type HealEnd, type HealSink } from '../heal-sink.ts';

/** Heals by restarting the containers that caused the breach. */
export const restart: HealAction = {
  name: 'restart',
  program: () => undefined,
  describe: () => 'restart the containers to blame',
  summary: 'restart of the containers to blame',
  create: restartHeal,
};

/**
 * The built-in heal: restarts the containers that caused the breach, one after the other. If one cannot be restarted
 * the others are all the same, and the heal has failed. If no container can be blamed nothing is done.
 */
export function restartHeal({
  config,
  clock,
  restart,
}: Pick<HealParts, 'config' | 'clock' | 'restart'>): HealSink {
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
