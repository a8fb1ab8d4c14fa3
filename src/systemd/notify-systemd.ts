import {
  defer,
  distinctUntilChanged,
  from,
  map,
  merge,
  type Observable,
  repeat,
  type SchedulerLike,
  timer,
} from 'rxjs';
import type { Logger } from 'pino';
import { type Send, systemdNotify } from './systemd-notify.ts';

/** What is sent to the service manager, and when. */
export interface NotifyOptions {
  /** One line worth reading in `systemctl status`; sent when it changes. */
  readonly status$: Observable<string>;
  /** Why this process does not do its work; undefined while it does. Called before every sign of life. */
  readonly trouble: () => string | undefined;
  readonly clock: SchedulerLike;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the `systemd-notify` program. */
  readonly send?: Send | undefined;
}

/** The connection to the service manager; without one, nothing happens. Failures are logged and never thrown. */
export interface SystemdNotifier {
  /** A reload begins; to be followed by `reloaded`, whether or not it was refused. */
  reloading(): void;
  reloaded(): void;
  /** The stop begins: nothing is sent after this, and no sign of life is expected any more. */
  stopping(why: string): void;
}

/**
 * The time to the next check while there is trouble, or after a sign of life that did not arrive, in milliseconds.
 */
const LOOK_AGAIN = 1_000;

/**
 * Reports to systemd that this process is ready (to be called once it is), what it is doing, and that it makes
 * progress: a sign of life at half the watchdog's time, withheld while there is trouble, so that a wedged process is
 * restarted. `NOTIFY_SOCKET` is removed from the environment, so that no child can notify in our name.
 */
export function notifySystemd(options: NotifyOptions): SystemdNotifier {
  const { status$, trouble, clock, log, env = process.env } = options;
  const send = options.send ?? systemdNotify(env, log);
  delete env['NOTIFY_SOCKET'];
  if (send === undefined) return { reloading: nothing, reloaded: nothing, stopping: nothing };
  const every = watchdogInterval(env);

  /** One after the other, in order: READY must not overtake RELOADING, nor anything STOPPING. */
  let last: Promise<boolean> = Promise.resolve(true);
  const tell = (...fields: string[]): Promise<boolean> => (last = last.then(() => send(fields)));

  let told: string | undefined;
  let arrived = true;
  const signOfLife$ = defer(() => from(sign())).pipe(
    repeat({ delay: () => timer(arrived ? (every ?? 0) : Math.min(LOOK_AGAIN, every ?? 0), clock) }),
  );
  async function sign(): Promise<void> {
    const why = trouble();
    if (why !== undefined && told === undefined) {
      log.warn({ reason: why }, 'no progress: systemd gets no sign of life, and will restart this process');
    } else if (why === undefined && told !== undefined) log.info({}, 'there is progress again');
    told = why;
    arrived = why === undefined && (await tell('WATCHDOG=1'));
  }

  void tell('READY=1');
  const telling = merge(
    status$.pipe(
      map(oneLine),
      distinctUntilChanged(),
      map((text) => void tell(`STATUS=${text}`)),
    ),
    ...(every === undefined ? [] : [signOfLife$]),
  ).subscribe();

  return {
    reloading: () => void tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    reloaded: () => void tell('READY=1'),
    stopping: (why) => {
      if (telling.closed) return;
      telling.unsubscribe();
      void tell('STOPPING=1', `STATUS=${oneLine(why)}`);
    },
  };
}

/** Half of the watchdog's time, in milliseconds; undefined if there is no watchdog, or it watches another process. */
export function watchdogInterval(env: NodeJS.ProcessEnv, pid = process.pid): number | undefined {
  const microseconds = Number(env['WATCHDOG_USEC']);
  const watched = env['WATCHDOG_PID'] ?? '';
  if (!(microseconds > 0) || (watched !== '' && Number(watched) !== pid)) return undefined;
  return microseconds / 2_000;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function nothing(): void {
  // Not under systemd: nothing to notify.
}
