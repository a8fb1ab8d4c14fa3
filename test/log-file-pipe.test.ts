import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
