import type { SchedulerLike } from 'rxjs';

/** A wait that can be cut short. */
export interface Pause {
  /** Resolves after `ms` milliseconds, or at once if `end` was called since the last wait. */
  wait(ms: number): Promise<void>;
  end(): void;
}

export function pause(clock: SchedulerLike): Pause {
  let ended = false;
  let stop: (() => void) | undefined;
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        if (ended) {
          ended = false;
          resolve();
          return;
        }
        const go = (): void => {
          timer.unsubscribe();
          stop = undefined;
          resolve();
        };
        const timer = clock.schedule(go, ms);
        stop = go;
      }),
    end: () => {
      if (stop === undefined) ended = true;
      else stop();
    },
  };
}
