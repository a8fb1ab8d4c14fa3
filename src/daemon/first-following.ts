import { map, type Observable, repeat, type SchedulerLike, takeWhile, tap, timer } from 'rxjs';
import type { Log } from '../log.ts';
import { counted } from '../text/plain.ts';
import type { FollowedStatus, SourceStatus } from '../streams/source.ts';

const LOOK_EVERY = 500;

/** So many containers are named. */
const NAMED = 12;

/**
 * Logs once for each source what of it is followed, as soon as that is known: without it, a first start on a host where
 * all is well says nothing more. Completes when every source has been named.
 */
export function firstFollowing(
  sources: () => readonly SourceStatus[],
  clock: SchedulerLike,
  log: Pick<Log, 'info'>,
): Observable<unknown> {
  const named = new Set<string>();
  return timer(LOOK_EVERY, clock).pipe(
    repeat(),
    map(sources),
    tap((all) => {
      for (const source of all) {
        if (source.coverage?.blind !== false || named.has(source.id)) continue;
        named.add(source.id);
        log.info({ source: source.id }, followingText(source, all.length > 1));
      }
    }),
    takeWhile((all) => all.some(({ id }) => !named.has(id))),
  );
}

/** What a source has instead of containers. */
const NOUNS: Readonly<Record<string, string>> = { files: 'file group', journald: 'unit' };

/** `following 9 containers: a, b, c and 6 more; 1 is stopped: d; cannot read e`; `withSource` also says where they are. */
export function followingText({ id, kind, containers }: SourceStatus, withSource: boolean): string {
  const present = containers.filter(({ phase }) => phase !== 'gone');
  const are = (...phases: readonly FollowedStatus['phase'][]): readonly FollowedStatus[] =>
    present.filter(({ phase }) => phases.includes(phase));
  const followed = are('waiting', 'catching up', 'following');
  const stopped = are('stopped');
  const unreadable = are('unreadable');
  const noun = NOUNS[kind] ?? 'container';
  const what =
    followed.length === 0
      ? `following no ${noun} yet; each is followed as soon as it is there`
      : `following ${counted(followed.length, noun)}: ${names(followed)}`;
  return [
    `${withSource ? `${id}: ` : ''}${what}`,
    ...(stopped.length === 0 ? [] : [`stopped: ${names(stopped)}`]),
    ...(unreadable.length === 0 ? [] : [`cannot be read: ${names(unreadable)}`]),
  ].join('; ');
}

function names(containers: readonly FollowedStatus[]): string {
  const sorted = containers.map(({ name }) => name).toSorted();
  const more = sorted.length - NAMED;
  return `${sorted.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
