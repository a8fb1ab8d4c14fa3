import type { Logger } from 'pino';
import { filter, firstValueFrom, map, type SchedulerLike, timeout, timer } from 'rxjs';
import type { Config } from '../config/config.ts';
import { type Operations, Refused } from '../control/routes.ts';
import type { Status } from '../control/status.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Control } from '../model.ts';
import { removePause, writePause } from './pause-file.ts';
import { applicable } from './reload.ts';

/** The parts of the daemon that operators can control. */
export interface Operable {
  readonly stateDir: string;
  readonly config: () => Config;
  /** Reads the settings again. Throws a ConfigError. */
  readonly load: () => Promise<Config>;
  readonly status: () => Status;
  /** Every container that is known of. */
  readonly containers: () => readonly string[];
  /** Passes a command to the core and stores the state that it leads to. */
  readonly command: (control: Control) => void;
  /**
   * Whether the daemon may change to another configuration now: true, false for not yet, or the reason why it never
   * will again.
   */
  readonly ready: () => boolean | string;
  /** The id that the next silence gets. */
  readonly nextSilence: () => string;
  /** Names of all rules, those about states too. */
  readonly rules: () => readonly string[];
  readonly reconfigure: (config: Config) => void;
  readonly clock: SchedulerLike;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * How long a reload waits for attempts in progress, in milliseconds: one takes ten seconds at most, and a few may be
 * queued.
 */
const PATIENCE = 45_000;
const LOOK_EVERY = 25;

/** The commands of the control socket; each is logged. */
export function operations(daemon: Operable): Operations {
  const { stateDir, command, clock, log } = daemon;
  let reloading = false;
  return {
    status: daemon.status,
    containers: daemon.containers,
    pause: async (until) => {
      command({ type: 'pause', at: clock.now(), until });
      log.info({ until: new Date(until).toISOString() }, 'heals are paused by an operator');
      return problemOf(writePause(stateDir, until), log);
    },
    resume: async () => {
      const problem = await problemOf(removePause(stateDir), log);
      command({ type: 'resume', at: clock.now() });
      log.info('heals are allowed again by an operator');
      return problem;
    },
    ack: (incident, gone) =>
      command({ type: 'ack', at: clock.now(), incident, ...(gone !== undefined && { gone }) }),
    silence: (wanted) => {
      const unknown = wanted.rules.find((rule) => !daemon.rules().includes(rule));
      if (unknown !== undefined)
        throw new Refused(`no rule is called ${unknown}; there is ${daemon.rules().join(', ')}`);
      const id = daemon.nextSilence();
      command({ type: 'silence', at: clock.now(), silence: wanted });
      log.info({ id, ...wanted, until: new Date(wanted.until).toISOString() }, 'silenced by an operator');
      return id;
    },
    unsilence: (id) => {
      command({ type: 'unsilence', at: clock.now(), id });
      log.info({ id }, 'a silence was ended by an operator');
    },
    healReset: () => command({ type: 'heal-reset', at: clock.now() }),
    reload: async () => {
      if (reloading) throw new Refused('a reload is already under way');
      reloading = true;
      try {
        return await reload();
      } catch (error) {
        if (error instanceof ConfigError)
          log.warn({ problems: error.problems }, 'the new settings are refused; nothing has changed');
        throw error;
      } finally {
        reloading = false;
      }
    },
  };

  async function reload(): Promise<{
    readonly changed: readonly string[];
    readonly later: readonly string[];
  }> {
    const wanted = await daemon.load();
    await quiet();
    const { config, changed, later } = applicable(daemon.config(), wanted);
    daemon.reconfigure(config);
    log.info(
      { changed, later },
      later.length === 0 ? 'settings reloaded' : 'settings reloaded, some only by a restart',
    );
    return { changed, later };
  }

  /**
   * Waits until the daemon may change its configuration. Resolves in the very turn of the event loop in which it was
   * found ready, so that no effect can start in between. Throws `Refused` after `PATIENCE`, or if it never will be
   * ready.
   */
  async function quiet(): Promise<void> {
    const looks$ = timer(0, LOOK_EVERY).pipe(
      map(() => daemon.ready()),
      filter((ready) => ready !== false),
      timeout({ first: PATIENCE }),
    );
    const ready = await firstValueFrom(looks$).catch(() => 'an effect is being performed; try again');
    if (typeof ready === 'string') throw new Refused(ready);
  }
}

async function problemOf(work: Promise<void>, log: Pick<Logger, 'warn'>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log.warn({ problem }, 'the PAUSE file cannot be changed: a restart will not know of this command');
    return problem;
  }
}
