import { distinctUntilChanged, map, type Observable, type SchedulerLike, tap, timer } from 'rxjs';
import type { HealConfig } from '../config/config.ts';
import type { Log } from '../log.ts';
import type { Control } from '../model.ts';
import { healProblem } from '../sinks/heal/heal-problem.ts';

/** A program may be removed, or mended, at any time: it is looked for this often, in milliseconds. */
const LOOK_EVERY = 30_000;

/**
 * Whether the configured heal can be run, at once and whenever that has changed: so that an opening says that it cannot,
 * and not a second message. Both are logged.
 */
export function healChecks(heal: () => HealConfig, clock: SchedulerLike, log: Log): Observable<Control> {
  let before = '';
  return timer(0, LOOK_EVERY, clock).pipe(
    map(() => healProblem(heal()) ?? ''),
    distinctUntilChanged(),
    tap((problem) => {
      if (problem !== '') log.warn({ problem }, 'the heal cannot be run: people are told, nothing is healed');
      else if (before !== '') log.info({}, 'the heal can be run again');
      before = problem;
    }),
    map((problem): Control => ({ type: 'heal-problem', at: clock.now(), problem })),
  );
}
