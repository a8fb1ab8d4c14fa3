import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../test/support/engine.ts';
import { watchedDaemon } from './daemon.ts';
import { lines } from './lines.ts';
import { usageOf } from './process.ts';
import { row, type Row } from './row.ts';

const CONTAINERS = 50;
/** Lines that each writes together, once a second. */
const RATE = 10;
const SECONDS = 30;

/** What the unit allows, in percent of a core. */
const ALLOWED = 10;

/**
 * A host as many are: containers that write a few lines together now and then; and the same with logs that rotate,
 * which are read a second time beside their follow.
 */
export async function steady(engine: Engine, folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, logOptions] of [
    ['logs that grow', {}],
    ['logs that rotate at 10 MB', { 'max-size': '10m', 'max-file': '3' }],
  ] as const) {
    rows.push(
      row({
        name: `${CONTAINERS} containers that write ${RATE} lines a second, ${what}`,
        value: await share(engine, folder, logOptions),
        unit: '% of a core',
        budget: ALLOWED,
      }),
    );
  }
  return rows;
}

async function share(
  engine: Engine,
  folder: string,
  logOptions: Readonly<Record<string, string>>,
): Promise<number> {
  const gate = join(folder, 'gate');
  rmSync(gate, { force: true });
  writeFileSync(join(folder, 'lines'), `${[...lines(RATE * SECONDS * 4)].join('\n')}\n`);
  const paced = `{ print } NR % ${RATE} == 0 { fflush(); system("sleep 1") }`;
  const script = `while [ ! -e /bench/gate ]; do usleep 5000; done; awk '${paced}' /bench/lines; sleep 600`;
  const ids = await Promise.all(
    Array.from({ length: CONTAINERS }, () =>
      engine.run({ script, logOptions, binds: [`${folder}:/bench:ro`] }),
    ),
  );
  const watched = await watchedDaemon(engine);
  await watched.until(
    ({ containers }) => containers.filter(({ state }) => state === 'following').length === CONTAINERS,
  );
  writeFileSync(gate, '');
  await watched.until(({ lines: { judged } }) => judged > CONTAINERS * RATE * 5);
  const before = usageOf(watched.process);
  await wait(SECONDS * 1_000);
  const { cpu } = usageOf(watched.process);
  await watched.close();
  await Promise.all(ids.map((id) => engine.remove(id)));
  return (100 * (cpu - before.cpu)) / SECONDS;
}
