import { format } from 'date-fns/format';
import type { Status } from '../control/status.ts';
import { counted } from '../text/plain.ts';
import { formatDuration } from '../time/duration.ts';

/** The parts of a status that the line shows. */
export type StatusFacts = Pick<
  Status,
  'dryRun' | 'sources' | 'blind' | 'window' | 'incidents' | 'pausedUntil' | 'starts'
> & {
  readonly containers: readonly unknown[];
  readonly heal: Pick<Status['heal'], 'budget'>;
  readonly store: Pick<Status['store'], 'writable'>;
};

/** From so many starts in a day on they are shown; fewer may be updates and reboots. */
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
    `${critical} critical, ${counted(error, 'error')}, ${counted(restart, 'restart')} in ${formatDuration(status.window.length)}`,
    ...incidents(status),
    ...(status.pausedUntil === undefined ? [] : [`healing paused until ${time(status.pausedUntil)}`]),
    ...(status.store.writable ? [] : ['the state cannot be stored']),
    ...(status.starts < STARTS_WORTH_TELLING ? [] : [`started ${counted(status.starts, 'time')} in 24h`]),
  ].join(' | ');
}

function seeing({ sources, containers, blind }: StatusFacts): string {
  const only = sources.length === 1 ? sources[0] : undefined;
  const name = only?.kind === 'docker' ? 'Docker' : (only?.id ?? '');
  if (only?.state === 'connecting') return `connecting to ${name}`;
  if (only?.state === 'down') return `waiting for ${name} since ${time(only.since)}`;
  const watching = `watching ${counted(containers.length, 'container')}`;
  const away = sources
    .filter(({ state }) => state === 'down')
    .map(({ id, since }) => `${id} away since ${time(since)}`);
  return [watching, ...away, ...(blind === undefined || away.length > 0 ? [] : ['not all can be read'])].join(
    ', ',
  );
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
