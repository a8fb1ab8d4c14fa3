import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../test/support/engine.ts';
import { watchedDaemon } from './daemon.ts';
import { row, type Row } from './row.ts';

/**
 * From a line that a container writes to the alert at its receiver: dockerd, following, judging, deciding, storing and
 * sending. Each container has a rule and so an incident of its own, and writes its line when it is told to.
 */
export async function latency(engine: Engine, folder: string, containers: number): Promise<Row[]> {
  const pipes = join(folder, 'pipes');
  mkdirSync(pipes, { recursive: true });
  const names = Array.from({ length: containers }, (_, n) => `late${n}`);
  for (const name of names) execFileSync('mkfifo', [join(pipes, name)]);
  const rules = names.map((name) => ({
    name,
    kinds: ['critical'],
    limit: 1,
    containers: [name],
    effects: ['alert'],
  }));
  const config = join(folder, 'latency.yaml');
  writeFileSync(config, JSON.stringify({ limits: { critical: 1_000_000 }, rules }));
  const watched = await watchedDaemon(engine, {}, { args: ['--config', config] });
  const ids: string[] = [];
  for (const name of names) {
    const script = `read line < /pipes/${name}; echo "FATAL: $line"; sleep 600`;
    ids.push(await engine.run({ name, script, binds: [`${pipes}:/pipes`] }));
  }
  await watched.until(({ containers: seen }) =>
    ids.every((id) => seen.some((one) => one.id === id && one.state === 'following')),
  );
  const delays: number[] = [];
  for (const name of names) {
    const written = Date.now();
    writeFileSync(join(pipes, name), 'now\n');
    await watched.alerted(delays.length + 1);
    delays.push((watched.alerts.at(-1) ?? NaN) - written);
    await wait(20);
  }
  await watched.close();
  await Promise.all(ids.map((id) => engine.remove(id)));
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  const name = `a line written to its alert received, ${containers} containers`;
  return [
    row({ name: `${name}: p50`, value: at(0.5), unit: 'ms' }),
    row({ name: `${name}: p99`, value: at(0.99), unit: 'ms', budget: 250 }),
  ];
}
