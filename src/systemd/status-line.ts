import { format } from 'date-fns/format';
import type { Status } from '../control/status.ts';
import { formatDuration } from '../time/duration.ts';

/** What of a status the line is made of. */
export type StatusFacts = Pick<
  Status,
  'dryRun' | 'engine' | 'blind' | 'window' | 'incidents' | 'pausedUntil' | 'starts'
> & {
  readonly containers: readonly unknown[];
  readonly heal: Pick<Status['heal'], 'budget'>;
  readonly store: Pick<Status['store'], 'writable'>;
};

/** Up to so many starts a day are nobody's worry: an update, a reboot. */
const STARTS_WORTH_TELLING = 4;

/**
 * The daemon in one line, for `systemctl status`: what it watches, what it has counted, what is open, and what is wrong
 * with itself, e.g. `watching 7 containers | 5 critical, 60 errors, 2 restarts in 1h | I42 verifying since 14:32 |
 * heals 1/4`. Holds no log text, and changes only when something has: moments are told instead of time left.
 */
export function statusLine(status: StatusFacts): string {
  const { critical, error, restart } = status.window.counts;
  return [
    ...(status.dryRun ? ['dry run'] : []),
    seeing(status),
    `${critical} critical, ${error} errors, ${restart} restarts in ${formatDuration(status.window.length)}`,
    ...incidents(status),
    ...(status.pausedUntil === undefined ? [] : [`healing paused until ${time(status.pausedUntil)}`]),
    ...(status.store.writable ? [] : ['the state cannot be stored']),
    ...(status.starts < STARTS_WORTH_TELLING ? [] : [`started ${status.starts} times in 24h`]),
  ].join(' | ');
}

function seeing({ engine, containers, blind }: StatusFacts): string {
  if (engine.state === 'connecting') return 'connecting to Docker';
  if (engine.state === 'down') return `waiting for Docker since ${time(engine.since)}`;
  const watching = `watching ${containers.length} container${containers.length === 1 ? '' : 's'}`;
  return blind === undefined ? watching : `${watching}, not all can be read`;
}

function incidents({ incidents: open, heal: { budget } }: StatusFacts): string[] {
  return [
    ...(open.length === 0
      ? ['no incident']
      : open.map(({ id, state, since }) => `${id} ${state} since ${time(since)}`)),
    ...(budget.used === 0 ? [] : [`heals ${budget.used}/${budget.limit}`]),
  ];
}

function time(at: number): string {
  return format(at, 'HH:mm');
}
