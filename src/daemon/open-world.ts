import { isatty } from 'node:tty';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { claim } from '../state/instance.ts';
import { openStore, type Store } from '../state/store.ts';
import { type LiveClock, liveClock } from '../time/live-clock.ts';
import { openLog } from './open-log.ts';
import { pausedUntil } from './pause-file.ts';
import { type Restored, restoredFrom } from './restore.ts';

/** What a daemon has of the world around it before anything runs. */
export interface World {
  readonly log: Logger;
  readonly clock: LiveClock;
  readonly store: Store;
  readonly restored: Restored;
  /** Until when heals are paused by the PAUSE file; 0 if they are not. */
  readonly paused: number;
  /** Gives everything back: the store, and the state directory for the next daemon. */
  readonly close: () => Promise<void>;
}

/** Claims the state directory and opens the log and the store. Throws for a directory that another daemon has. */
export async function openWorld(config: Config, stateDir: string, dryRun: boolean): Promise<World> {
  const claimed = await claim(stateDir);
  const log = await openLog(config, { pretty: isatty(2), file: !dryRun });
  if (claimed.problem !== undefined)
    log.warn(
      { dir: stateDir, problem: claimed.problem },
      'the state directory cannot be claimed: a second daemon on it would not be kept out',
    );
  const clock = liveClock((jump) => log.warn(jump, 'the wall clock was moved'));
  const store = openStore(stateDir, { now: () => clock.now(), log });
  return {
    log,
    clock,
    store,
    restored: restoredFrom(store),
    paused: await pausedUntil(stateDir, clock.now()),
    close: async () => {
      store.close();
      await claimed.release();
    },
  };
}
