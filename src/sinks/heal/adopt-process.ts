import type { SchedulerLike } from 'rxjs';
import type { HealEnd, HealProcess, HealRun } from './heal-sink.ts';
import { markOf } from './heal-context.ts';
import { leftBehind, signalEach } from './left-behind.ts';
import { processIdentity, signalGroup } from './process-identity.ts';

/** How often a process that is not our child is checked, in milliseconds. */
const LOOK_EVERY = 1_000;

/**
 * Waits for a heal that an earlier process of ours started: same process id, start time and boot id. Past its
 * deadline it is killed, with its group and what has left that. Its result is `unknown` either way. Undefined if it no longer runs.
 */
export function adoptProcess(known: HealProcess, clock: SchedulerLike): HealRun | undefined {
  const runs = (): boolean => {
    const now = processIdentity(known.pid);
    return now?.startTime === known.startTime && now.bootId === known.bootId;
  };
  const kill = (): void => {
    signalGroup(known.pid, 'SIGKILL');
    signalEach(leftBehind(known.pid, markOf(known.effect)), 'SIGKILL');
  };
  if (known.startTime === '' || !runs()) return undefined;
  const ended = new Promise<HealEnd>((resolve) => {
    const look = (): void => {
      if (!runs()) {
        resolve(unknownEnd('it ended while nobody was watching'));
      } else if (clock.now() >= known.deadline) {
        kill();
        resolve(unknownEnd('it ran out of time after a restart of the monitor and was ended'));
      } else {
        clock.schedule(look, Math.min(LOOK_EVERY, known.deadline - clock.now()));
      }
    };
    look();
  });
  return { ended, kill };
}

/** The end of a heal whose exit status nobody received. */
export function unknownEnd(detail: string): HealEnd {
  return { result: 'unknown', detail, output: '' };
}
