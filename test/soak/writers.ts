import type { Engine } from '../support/engine.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from './seeded-random.ts';

/** What one container says it has written: the number of the last line of each of its runs. */
export interface Written {
  readonly container: string;
  readonly runs: ReadonlyMap<number, number>;
  /** What the engine has stored of it: rotated files are kept, so that this is all. */
  readonly stored: ReadonlySet<string>;
  /** Lines written that the engine never stored: a killed one loses what it had in memory. */
  readonly unstored: number;
}

/** A container that writes numbered lines and keeps a record of how many. */
export interface Writer {
  restart(): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Ends it, and reads its record. */
  finish(): Promise<Written>;
}

const TAR_HEADER = 512;

/** Lines in bursts, a record at the end of every run, a crash of its own after `limit` lines. */
function script(burst: number, pause: string, limit: number): string {
  return [
    'n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n >/n',
    "stop=0; trap 'stop=1' TERM; i=0",
    `while [ $stop = 0 ] && [ $i -lt ${limit} ]; do`,
    `k=0; while [ $k -lt ${burst} ]; do i=$((i+1)); k=$((k+1)); echo "run $n line $i"; done; sleep ${pause} & wait $!; done`,
    'echo "$n $i" >>/written; [ $stop = 1 ] || exit 3',
  ].join('\n');
}

/** Starts `count` writers of different habits: slow, bursting, crashing; half of them with logs that rotate. */
export async function startWriters(engine: Engine, count: number, random: SeededRandom): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (let i = 0; i < count; i++) {
    const container = `writer${i}`;
    const id = await engine.run({
      name: container,
      script: script(random.between(1, 40), `0.${random.between(3, 9)}`, random.between(300, 3_000)),
      restart: 'always',
      ...(i % 2 === 0 ? {} : { logOptions: { 'max-size': '64k', 'max-file': '200' } }),
    });
    writers.push(writer(engine, id, container));
  }
  return writers;
}

function writer(engine: Engine, id: string, container: string): Writer {
  return {
    restart: () => engine.restartContainer(id, 10),
    pause: async (ms) => {
      const paused = await engine.api('POST', `/containers/${id}/pause`);
      await wait(ms);
      if (paused.status === 204) await engine.api('POST', `/containers/${id}/unpause`);
    },
    finish: async () => {
      await engine.stopContainer(id, 10);
      const archive = await engine.api('GET', `/containers/${id}/archive?path=/written`);
      const runs = new Map<number, number>();
      for (const [, run, last] of archive.body.slice(TAR_HEADER).matchAll(/^(\d+) (\d+)$/gm))
        runs.set(Number(run), Number(last));
      const log = await engine.api('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
      const stored = new Set([...log.body.matchAll(/run \d+ line \d+(?=\n)/g)].map(([line]) => line));
      let unstored = 0;
      for (const [run, last] of runs) {
        for (let i = 1; i <= last; i++) if (!stored.has(`run ${run} line ${i}`)) unstored++;
      }
      return { container, runs, stored, unstored };
    },
  };
}
