import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../test/support/engine.ts';
import { type WatchedDaemon, watchedDaemon } from './daemon.ts';
import { usageOf } from './process.ts';
import { row, type Row } from './row.ts';

const MEGABYTE = 1_000_000;
const IDLE_SECONDS = 40;

/** How many containers are followed, with the budget for resident memory in MB. */
const SIZES: readonly (readonly [containers: number, budget: number | undefined])[] = [
  [1, undefined],
  [50, 100],
  [200, 120],
];

/** Memory at 1, 50 and 200 quiet containers, what they cost while nothing happens, and how soon a start reads. */
export async function footprint(engine: Engine, largest = 200): Promise<Row[]> {
  const rows: Row[] = [];
  let running = 0;
  for (const [containers, budget] of SIZES.filter(([size]) => size <= largest)) {
    while (running < containers) {
      const more = Math.min(10, containers - running);
      await Promise.all(Array.from({ length: more }, () => engine.run({ script: 'echo ready; sleep 3600' })));
      running += more;
    }
    const watched = await watchedDaemon(engine);
    await followed(watched, containers);
    await wait(10_000);
    const before = usageOf(watched.process);
    const what = `${containers} quiet container${containers === 1 ? '' : 's'}`;
    if (containers === 50) {
      await wait(IDLE_SECONDS * 1_000);
      const idle = (usageOf(watched.process).cpu - before.cpu) / IDLE_SECONDS;
      rows.push(row({ name: `idle, ${what}`, value: 100 * idle, unit: '% of a core', budget: 0.3 }));
    }
    const { rss, anon } = usageOf(watched.process);
    rows.push(
      row({
        name: `memory, ${what}: resident`,
        value: rss / MEGABYTE,
        unit: 'MB',
        ...(budget === undefined ? {} : { budget }),
      }),
      row({ name: `memory, ${what}: anonymous part`, value: anon / MEGABYTE, unit: 'MB' }),
    );
    await watched.close();
  }
  return rows;
}

/** From the start of the process to the first line dealt with: an alert that is already due. */
export async function startUp(engine: Engine): Promise<Row[]> {
  const id = await engine.run({ script: 'echo "FATAL: before the start"; sleep 600' });
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = Date.now();
    const watched = await watchedDaemon(engine, { QT_LIMITS_CRITICAL: '1' });
    await watched.alerted(1);
    times.push((watched.alerts[0] ?? NaN) - began);
    await watched.close();
  }
  await engine.remove(id);
  const best = Math.min(...times);
  return [row({ name: 'start to the first line dealt with', value: best, unit: 'ms', budget: 400 })];
}

async function followed(watched: WatchedDaemon, containers: number): Promise<void> {
  await watched.until(
    ({ containers: seen }) => seen.filter(({ state }) => state === 'following').length === containers,
  );
}
