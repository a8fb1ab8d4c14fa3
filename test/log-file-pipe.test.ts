import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLEAN_ENV, LAUNCHER } from './support/cli.ts';
import { scratchDir } from './support/state.ts';

const SOURCE = new URL('../src/daemon/rotating-file.ts', import.meta.url).href;

test('a pipe that nobody reads, in place of the log file, is said and holds up nothing', () => {
  const path = join(scratchDir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const script = `
    import { rotatingFile } from ${JSON.stringify(SOURCE)};
    const file = rotatingFile(${JSON.stringify(path)}, { maxSize: 0, keep: 1 }, (told) => process.stdout.write(told));
    file.write('{}\\n');`;
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 5_000,
    encoding: 'utf8',
  });
  expect([stdout, signal]).toEqual([expect.stringContaining('ENXIO'), null]);
});

test(
  'a replay of a pipe whose writer is silent ends at the first interrupt',
  { timeout: 60_000 },
  async () => {
    const path = join(scratchDir(), 'pipe');
    execFileSync('mkfifo', [path]);
    // Open for both: so it never comes to an end.
    const writer = await open(path, 'r+');
    const replay = spawn(LAUNCHER, ['replay', path], { env: CLEAN_ENV, stdio: 'ignore' });
    const ended = once(replay, 'exit');
    try {
      // More than a pipe holds: once all of it is in there, it is being read.
      const line = '2025-12-17T16:06:14.000000000Z ERROR gone\n';
      await writer.writeFile(line.repeat(5_000));
      replay.kill('SIGINT');
      expect(await ended).toEqual([null, 'SIGINT']);
    } finally {
      replay.kill('SIGKILL');
      await writer.close();
    }
  },
);
