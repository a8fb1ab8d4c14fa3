import { filter, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { parseDuration } from '../time/duration.ts';

/**
 * For the test of the watchdog only: with `QUANTUM_REALTIME_WEDGE=5s` nothing passes any more after that time, while
 * everything around goes on, as it would after a bug. Without the variable everything passes.
 */
export function wedgeForTest<T>(
  clock: SchedulerLike,
  env: NodeJS.ProcessEnv = process.env,
): MonoTypeOperatorFunction<T> {
  const after = parseDuration(env['QUANTUM_REALTIME_WEDGE'] ?? '');
  if (after === undefined) return (source$) => source$;
  const until = clock.now() + after;
  return filter(() => clock.now() < until);
}
