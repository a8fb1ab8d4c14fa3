import { type ContainerRun, restartsBy } from './container-run.ts';
import type { TrackerMemory } from './tracker-memory.ts';

/** An engine that ends stops its containers, each for ten seconds at most, and is gone so soon after that; milliseconds. */
const ENDING = 20_000;

/**
 * The engine is back at `at` (epoch milliseconds). What it had stopped because it ended itself was stopped by nobody: where its
 * policy should bring it back and does not, the next answer of inspect says that it is down.
 */
export function engineBack(memory: TrackerMemory, at: number): void {
  memory.engineBackAt = at;
  const { engineLostAt, unannounced } = memory;
  if (engineLostAt === undefined) return;
  for (const run of memory.runs.values()) {
    if (!wasStoppedBy(run, engineLostAt)) continue;
    run.stoppedWithEngine = true;
    unannounced.add(run.id);
  }
}

function wasStoppedBy(
  { state, touched, touchedAt = 0, policy }: ContainerRun,
  engineLostAt: number,
): boolean {
  return state === 'exited' && touched && touchedAt > engineLostAt - ENDING && restartsBy(policy, undefined);
}
