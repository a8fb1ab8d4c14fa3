import { promisify } from 'node:util';
import type { SchedulerLike } from 'rxjs';
import { unknownEnd } from './adopt-process.ts';
import type { HealEnd, HealProcess, HealRun } from './heal-sink.ts';
import { healUnit } from './systemd-run.ts';

/** How often the unit's state is queried, in milliseconds. */
const ASK_EVERY = 2_000;
/** systemd is given this long beyond the deadline to end the unit itself. */
const SLACK = 30_000;

/** Runs a program and resolves with what it printed; rejects if it fails. */
export type Execute = (program: string, args: readonly string[]) => Promise<string>;

const execute: Execute = async (program, args) => {
  const { execFile } = await import('node:child_process');
  return (await promisify(execFile)(program, [...args], { timeout: 10_000 })).stdout;
};

/**
 * Waits for a heal in a transient unit, which outlives the daemon that started it. systemd is queried whether it
 * still runs: the recorded process was only the client that waited for it.
 */
export function adoptUnit(known: HealProcess, clock: SchedulerLike, ask: Execute = execute): HealRun {
  const unit = `${healUnit(known.effect)}.service`;
  const kill = (): void => void ask('systemctl', ['kill', '--signal=KILL', unit]).catch(() => '');
  const runs = async (): Promise<boolean> => {
    const state = await ask('systemctl', ['show', '--property=ActiveState', '--value', unit]).catch(() => '');
    return /^(?:active|activating|deactivating|reloading)/.test(state);
  };
  const ended = new Promise<HealEnd>((resolve) => {
    const look = async (): Promise<void> => {
      if (!(await runs())) {
        resolve(unknownEnd('it ended while nobody was watching'));
      } else if (clock.now() >= known.deadline + SLACK) {
        kill();
        resolve(unknownEnd('it ran out of time after a restart of the monitor and was ended'));
      } else {
        clock.schedule(() => void look(), ASK_EVERY);
      }
    };
    void look();
  });
  return { ended, kill };
}
