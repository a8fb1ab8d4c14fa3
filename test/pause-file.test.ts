import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PAUSE_FILE, pausedUntil, removePause, writePause } from '../src/daemon/pause-file.ts';

const HOUR = 3_600_000;
/** In whole seconds, before any file here is written. */
const NOW = Math.floor(Date.now() / 1_000) * 1_000;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pause-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function sinceWritten(): Promise<number> {
  return (await pausedUntil(dir, Date.now())) - Math.floor((await stat(join(dir, PAUSE_FILE))).mtimeMs);
}

test('without the file nothing is paused; what is written is read; removed, it is over', async () => {
  expect(await pausedUntil(dir, Date.now())).toBe(0);
  await writePause(dir, Date.UTC(2030, 0, 1));
  expect(await sinceWritten()).toBeGreaterThan(HOUR);
  await removePause(dir);
  expect(await pausedUntil(dir, Date.now())).toBe(0);
});

test.each(['', '60', 'maintenance 1', 'until 5', '2030', 'tomorrow'])(
  'a first line of %j is no moment: the pause lasts an hour from the writing',
  async (line) => {
    await writeFile(join(dir, PAUSE_FILE), `${line}\n`);
    expect(await sinceWritten()).toBe(HOUR);
  },
);

test('a moment in the past ends the pause, one in the far future is cut to a month', async () => {
  await writeFile(join(dir, PAUSE_FILE), '2001-02-03T04:05:06Z\n');
  expect(await pausedUntil(dir, Date.now())).toBe(Date.UTC(2001, 1, 3, 4, 5, 6));
  await writeFile(join(dir, PAUSE_FILE), '9999-01-01T00:00:00Z moved to another host\n');
  expect(await sinceWritten()).toBe(30 * 24 * HOUR);
});

test('one that cannot be read pauses all the same', async () => {
  await mkdir(join(dir, PAUSE_FILE));
  expect(await sinceWritten()).toBe(HOUR);
});

test('a file from a future that the clock has come back from: its pause ends, and goes on ending then', async () => {
  await writeFile(join(dir, PAUSE_FILE), '2096-01-01T00:00:00Z\n');
  await utimes(join(dir, PAUSE_FILE), 4_000_000_000, 4_000_000_000);
  const end = await pausedUntil(dir, NOW);
  expect(end).toBe(NOW + 30 * 24 * HOUR);
  expect(await pausedUntil(dir, NOW + 24 * HOUR)).toBe(end);
  await writeFile(join(dir, PAUSE_FILE), '\n');
  await utimes(join(dir, PAUSE_FILE), 4_000_000_000, 4_000_000_000);
  expect(await pausedUntil(dir, NOW)).toBe(NOW + HOUR);
  expect(await pausedUntil(dir, NOW + 10_000)).toBe(NOW + HOUR);
});
