import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Engine } from '../test/support/engine.ts';
import { watchedDaemon } from './daemon.ts';
import { lines } from './lines.ts';
import { median, NODE, ROOT, usageOf } from './process.ts';
import { row, type Row } from './row.ts';

const ROUNDS = 2;

/** Somebody who reads the logs of containers live. */
interface Reader {
  readonly process: Pick<ChildProcess, 'pid'>;
  /** Resolves when all of them are being read. */
  follow(ids: readonly string[]): Promise<void>;
  /** Resolves when the last line of every one has been read. */
  finished(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Containers that write `count` lines each as fast as the engine takes them, followed by the built daemon with
 * everything on and by a bare reader that counts newlines, in turn: the time from the first line written to the last
 * one dealt with, and CPU a line. The daemon is done when the alert has arrived that the last line of all calls for.
 */
export async function live(engine: Engine, folder: string, streams: number, count: number): Promise<Row[]> {
  writeFileSync(join(folder, 'lines'), `${[...lines(count - 1)].join('\n')}\nFATAL: the last line\n`);
  const total = streams * count;
  const ours: Measured[] = [];
  const bare: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await measured(engine, folder, streams, await bareReader(engine, total)));
    ours.push(await measured(engine, folder, streams, await daemon(engine, streams)));
  }
  const of = (all: readonly Measured[], figure: keyof Measured): number =>
    median(all.map((one) => one[figure]));
  const what = streams === 1 ? 'one stream' : `${streams} streams`;
  return [
    row({
      name: `live, ${what}: time for ${total.toLocaleString('en')} lines`,
      value: of(ours, 'seconds'),
      unit: 's',
      reference: of(bare, 'seconds'),
      budget: 1.15,
    }),
    row({
      name: `live, ${what}: CPU a line`,
      value: (of(ours, 'cpu') / total) * 1e6,
      unit: 'µs',
      reference: (of(bare, 'cpu') / total) * 1e6,
      budget: 1.4,
    }),
  ];
}

interface Measured {
  readonly seconds: number;
  readonly cpu: number;
}

async function measured(engine: Engine, folder: string, streams: number, reader: Reader): Promise<Measured> {
  const gate = join(folder, 'gate');
  rmSync(gate, { force: true });
  const script = 'while [ ! -e /bench/gate ]; do usleep 5000; done; cat /bench/lines; sleep 600';
  const ids = await Promise.all(
    Array.from({ length: streams }, () => engine.run({ script, binds: [`${folder}:/bench:ro`] })),
  );
  await reader.follow(ids);
  const before = usageOf(reader.process);
  const began = performance.now();
  writeFileSync(gate, '');
  await reader.finished();
  const seconds = (performance.now() - began) / 1_000;
  const { cpu } = usageOf(reader.process);
  await reader.close();
  await Promise.all(ids.map((id) => engine.remove(id)));
  return { seconds, cpu: cpu - before.cpu };
}

async function bareReader(engine: Engine, total: number): Promise<Reader> {
  const child = spawn(NODE, [join(ROOT, 'bench', 'children', 'bare-reader.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await once(child, 'spawn');
  return {
    process: child,
    follow: async (ids) => {
      child.stdin.write(`${JSON.stringify({ socket: engine.socket, ids, lines: total })}\n`);
      await said.next();
    },
    finished: async () => {
      await said.next();
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** The built daemon; its limit is reached by the last lines of all streams together. */
async function daemon(engine: Engine, streams: number): Promise<Reader> {
  const watched = await watchedDaemon(engine, { QT_LIMITS_CRITICAL: String(streams) });
  return {
    process: watched.process,
    follow: async (ids) => {
      await watched.until(({ containers }) =>
        ids.every((id) => containers.some((one) => one.id === id && one.state === 'following')),
      );
    },
    finished: () => watched.alerted(1),
    close: () => watched.close(),
  };
}
