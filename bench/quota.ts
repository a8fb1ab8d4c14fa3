import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../test/support/engine.ts';
import { setLimits } from '../test/support/limits.ts';
import { watchedDaemon } from './daemon.ts';
import { lines } from './lines.ts';
import { row, type Row } from './row.ts';

/** How long each rate is kept up, seconds. */
const SECONDS = 10;
/** Writers write so many times a second. */
const BEATS = 20;
/** The daemon keeps up if the last line has been dealt with this soon, milliseconds. Source: the lag budget. */
const LAG = 2_000;

interface Tried {
  /** Lines a second as they were really stored. */
  readonly rate: number;
  readonly lag: number;
  readonly lost: number;
}

/**
 * The built daemon with a tenth of a core and 512 MB, by plain cgroup files: the highest of a ladder of steady rates
 * over so many streams at which nothing is lost and the lag stays under two seconds.
 */
export async function quota(engine: Engine, folder: string, streams: number, budget: number): Promise<Row[]> {
  let best = 0;
  for (const factor of [1, 1.5, 2, 3]) {
    const { rate, lag, lost } = await tried(
      engine,
      folder,
      streams,
      Math.round((budget * factor * 1.1) / streams),
    );
    process.stderr.write(
      `quota, ${streams} streams: ${Math.round(rate)} lines/s, lag ${Math.round(lag)} ms, ${lost} lost\n`,
    );
    if (lost > 0 || lag > LAG) break;
    best = rate;
  }
  const what = streams === 1 ? 'one stream' : `${streams} streams`;
  return [
    row({
      name: `inside 10 % of a core, ${what}: steady rate`,
      value: best,
      unit: 'lines/s',
      budget,
      better: 'more',
    }),
  ];
}

async function tried(engine: Engine, folder: string, streams: number, rate: number): Promise<Tried> {
  const beat = Math.max(1, Math.round(rate / BEATS));
  const gate = join(folder, 'gate');
  rmSync(gate, { force: true });
  writeFileSync(join(folder, 'beat'), `${[...lines(beat)].join('\n')}\n`);
  const limits = setLimits(`qt-bench-${process.pid}-${Date.now()}`, 0.1, 512 * 1024 * 1024);
  const watched = await watchedDaemon(
    engine,
    { QT_LIMITS_CRITICAL: String(streams) },
    { enter: limits.enter },
  );
  const pause = Math.round(1_000_000 / BEATS);
  const script =
    `while [ ! -e /bench/gate ]; do usleep 5000; done; i=0; while [ $i -lt ${SECONDS * BEATS} ]; do ` +
    `i=$((i+1)); cat /bench/beat; usleep ${pause}; done; echo "FATAL: the last line"; sleep 600`;
  const ids = await Promise.all(
    Array.from({ length: streams }, () => engine.run({ script, binds: [`${folder}:/bench:ro`] })),
  );
  await watched.until(({ containers }) =>
    ids.every((id) => containers.some((one) => one.id === id && one.state === 'following')),
  );
  const began = Date.now();
  writeFileSync(gate, '');
  await watched.alerted(1);
  const alerted = watched.alerts[0] ?? NaN;
  const last = Math.max(...(await Promise.all(ids.map((id) => lastMoment(engine, id)))));
  const total = streams * (SECONDS * BEATS * beat + 1);
  const { lines: counted } = await watched.status();
  await watched.close();
  await limits.remove();
  await Promise.all(ids.map((id) => engine.remove(id)));
  return { rate: total / ((last - began) / 1_000), lag: alerted - last, lost: total - counted.judged };
}

/** When the last line of a container was stored, epoch milliseconds. */
async function lastMoment(engine: Engine, id: string): Promise<number> {
  const { body } = await engine.api('GET', `/containers/${id}/logs?stdout=1&tail=1&timestamps=1`);
  return Date.parse(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(body)?.[0] ?? '');
}
