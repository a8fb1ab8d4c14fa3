import type { SchedulerLike } from 'rxjs';
import type { HealEnd, HealProcess, HealRun } from './heal-sink.ts';
import { processIdentity, signalGroup } from './process-identity.ts';

/** How often a process that is not our child is looked at. */
const LOOK_EVERY = 1_000;

/**
 * Waits for a heal that an earlier process of ours started: same id, same start, same boot. Past its deadline its
 * group is killed. What it did is not known, and is said to be so. Undefined if it no longer runs.
 */
export function adoptProcess(known: HealProcess, clock: SchedulerLike): HealRun | undefined {
  const runs = (): boolean => {
    const now = processIdentity(known.pid);
    return now?.startTime === known.startTime && now.bootId === known.bootId;
  };
  if (known.startTime === '' || !runs()) return undefined;
  const ended = new Promise<HealEnd>((resolve) => {
    const look = (): void => {
      if (!runs()) {
        resolve(unknownEnd('it ended while nobody was watching'));
      } else if (clock.now() >= known.deadline) {
        signalGroup(known.pid, 'SIGKILL');
        resolve(unknownEnd('it ran out of time after a restart of the monitor and was ended'));
      } else {
        clock.schedule(look, Math.min(LOOK_EVERY, known.deadline - clock.now()));
      }
    };
    look();
  });
  return { ended, kill: () => signalGroup(known.pid, 'SIGKILL') };
}

/** The end of a heal that nobody watched to its end. */
export function unknownEnd(detail: string): HealEnd {
  return { result: 'unknown', detail, output: '' };
}
