import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { LogFolder } from './support/files-world.ts';

const folders: LogFolder[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) folder.remove();
});

test('8 times kill -9 under load and rotation: every line once', { timeout: 120_000 }, async () => {
  const folder = new LogFolder();
  folders.push(folder);
  const journal = join(folder.root, 'journal');
  writeFileSync(journal, '');
  folder.append('app.log', 'before the first start');
  let child = start(folder, journal);
  await vi.waitFor(() => expect(records(journal).length).toBeGreaterThan(0), {
    timeout: 20_000,
    interval: 5,
  });
  let written = 0;
  const write = (count: number): void =>
    folder.append('app.log', ...Array.from({ length: count }, () => `line ${++written} of this log`));
  for (let kill = 0; kill < 8; kill++) {
    const stored = records(journal).length;
    for (let burst = 0; burst < 5; burst++) write(400);
    // In the middle of what it does: some of it is stored, and most is still to come.
    await vi.waitFor(
      () => {
        write(100);
        expect(records(journal).length).toBeGreaterThan(stored);
      },
      { timeout: 20_000, interval: 1 },
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    dropTorn(journal);
    write(300);
    if (kill % 3 === 0) folder.rotate('app.log', 50, 'rename');
    if (kill % 3 === 1) folder.rotate('app.log', 50, 'copytruncate');
    if (kill % 4 === 1) folder.compress('app.log.1', kill % 8 === 1 ? 'gzip' : 'zstd');
    child = start(folder, journal);
  }
  write(1);
  const expected = Array.from({ length: written }, (_, index) => `line ${index + 1} of this log`);
  const read = (): string[] => records(journal).flatMap(({ lines }) => lines);
  await vi.waitFor(() => expect(new Set(read()).size).toBe(written), { timeout: 30_000, interval: 50 });
  expect(read().toSorted(byNumber)).toEqual(expected);
});

function start(folder: LogFolder, journal: string): ChildProcess {
  const script = join(import.meta.dirname, 'support/files-child.ts');
  const child = spawn(process.execPath, [script, folder.path('app.log'), folder.root, journal], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  return child;
}

function records(journal: string): { readonly lines: readonly string[] }[] {
  const whole = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as { readonly lines: readonly string[] });
}

function dropTorn(journal: string): void {
  truncateSync(journal, readFileSync(journal).lastIndexOf('\n') + 1);
}

function byNumber(a: string, b: string): number {
  return Number(a.split(' ')[1]) - Number(b.split(' ')[1]);
}
