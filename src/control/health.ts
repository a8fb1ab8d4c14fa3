import type { Status } from './status.ts';

/**
 * Why the daemon does not do its work, in words; undefined while it does: every source is watched, and what happens can
 * be stored. An open incident is its work, and no fault of it.
 */
export function healthProblem({ sources, store }: Pick<Status, 'sources' | 'store'>): string | undefined {
  const away = sources
    .filter(({ state }) => state !== 'up')
    .map(({ id, state, reason }) => `${id} is ${state}${reason === undefined ? '' : ` (${reason})`}`);
  const unstored = store.writable
    ? []
    : [`nothing can be stored in ${store.dir} (${store.problem ?? 'not writable'})`];
  const problems = [...away, ...unstored];
  return problems.length === 0 ? undefined : problems.join('; ');
}
