import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { noEngine, startEngine } from '../support/engine.ts';
import { libraryWatcher } from './library-watcher.ts';
import { seededRandom } from './seeded-random.ts';
import { differences, type Watcher } from './watcher.ts';
import { startWriters, type Writer } from './writers.ts';

/**
 * Many containers that write, crash, rotate and are restarted, an engine that is killed and comes back, and kills of
 * ours, mixed by a seeded random script. At the end every line the containers say they wrote must have been counted
 * exactly once, but for gaps that were told. The last line is the verdict; the exit code is 1 for any difference.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    containers: { type: 'string', default: '50' },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
const count = Number(values.containers);

if (noEngine !== undefined) {
  console.log(`soak: not run: ${noEngine}`);
  process.exit(process.env['REQUIRE_ENGINE'] === '1' ? 1 : 0);
}

const random = seededRandom(seed);
const engine = await startEngine({ liveRestore: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log(`soak: not ended: ${signal}`);
    void engine.stop().finally(() => process.exit(1));
  });
}
const done = { restarts: 0, pauses: 0, 'kills of ours': 0, 'kills of dockerd': 0, 'stops of dockerd': 0 };
const faults: string[] = [];
try {
  const watcher: Watcher = libraryWatcher(engine.endpoint);
  await watcher.begin();
  const writers = await startWriters(engine, count, random);
  const underway: Promise<void>[] = [];
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await wait(random.between(100, 1_500));
    await disturb(watcher, writers, underway);
  }
  await Promise.all(underway);
  const written = await Promise.all(writers.map((writer) => writer.finish()));
  const counted = await watcher.settle(written);
  faults.push(...differences(written, counted));
  for (const fault of faults.slice(0, 20)) console.log(fault);
  const lines = written.reduce((sum, { runs }) => sum + [...runs.values()].reduce((a, b) => a + b, 0), 0);
  const told = Object.entries(done).map(([what, times]) => `${times} ${what}`);
  const losses = written.flatMap(({ container, unstored }) =>
    unstored === 0 ? [] : [`${unstored} of ${container}`],
  );
  if (losses.length > 0)
    console.log(`lost by the engine itself, not in its stored logs: ${losses.join(', ')}`);
  console.log(`${count} containers, ${lines} lines, ${told.join(', ')}, ${counted.gaps.length} gaps`);
} finally {
  await engine.stop();
}
console.log(
  `soak: ${faults.length === 0 ? 'ok' : 'FAILED'}: seed ${seed}, ${minutes} min, ${faults.length} differences`,
);
process.exit(faults.length === 0 ? 0 : 1);

/** One thing that goes wrong, chosen by the seed. */
async function disturb(
  watcher: Watcher,
  writers: readonly Writer[],
  underway: Promise<void>[],
): Promise<void> {
  const dice = random.between(0, 100);
  const writer = random.pick(writers);
  if (dice < 55) {
    done.restarts++;
    // Under load a restart takes seconds: meanwhile the next thing may go wrong.
    underway.push(writer.restart().catch(() => undefined));
  } else if (dice < 70) {
    done.pauses++;
    await writer.pause(random.between(50, 1_000));
  } else if (dice < 92) {
    done['kills of ours']++;
    await watcher.kill();
    await wait(random.between(0, 1_500));
    await watcher.begin();
  } else if (dice < 97) {
    done['kills of dockerd']++;
    await engine.kill9();
    await wait(random.between(0, 2_000));
    await engine.boot();
  } else {
    done['stops of dockerd']++;
    await engine.terminate();
    await wait(random.between(0, 2_000));
    await engine.boot();
  }
}
