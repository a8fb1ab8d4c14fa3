import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';
import { isRoot, scratchDir } from './support/state.ts';

const SOURCE = new URL('../src/', import.meta.url).href;

/** In a process of its own, ended after ten seconds: what must not happen is a loop that no timer interrupts. */
function evaluated(script: string) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 10_000,
    encoding: 'utf8',
  });
}

describe('a folder', () => {
  test('is made with those it lies in, and kept as it is if it is there', () => {
    const dir = scratchDir();
    makeFolder(join(dir, 'a', 'b', 'c'), 0o700);
    expect(statSync(join(dir, 'a', 'b')).mode & 0o777).toBe(0o700);
    chmodSync(join(dir, 'a'), 0o750);
    makeFolder(join(dir, 'a'), 0o700);
    expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o750);
  });

  test('is not made where a file is in the way', () => {
    const dir = scratchDir();
    writeFileSync(join(dir, 'file'), '');
    expect(() => makeFolder(join(dir, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(dir, 'file', 'below'))).toThrow('ENOTDIR');
  });

  test.runIf(process.platform === 'linux').each([
    ['a recording', 'streams/recording/session-writer.ts', `openSessionWriter({ dir: '/proc/x/y' })`],
    ['the state', 'state/dir.ts', `ensureStateDir('/proc/x')`],
    ['the report', 'sinks/report/report-sink.ts', `await markdownReport({ dir: '/proc/x' }).append({}, [])`],
    ['the control socket', 'control/control-server.ts', `await controlServer('/proc/x/control.sock', {})`],
  ])('that cannot be made is an error at once: of %s in /proc', (_, file, call) => {
    const name = /\w+(?=\()/.exec(call)?.[0] ?? '';
    const { stdout, signal } = evaluated(`
      import { ${name} } from ${JSON.stringify(SOURCE + file)};
      try { ${call}; } catch ({ code }) { process.stdout.write(code); }`);
    expect([stdout, signal]).toEqual(['ENOENT', null]);
  });

  test('that cannot be made for the log file is said, and the record dropped', () => {
    const { stdout, signal } = evaluated(`
      import { rotatingFile } from ${JSON.stringify(`${SOURCE}daemon/rotating-file.ts`)};
      rotatingFile('/proc/x/log', { maxSize: 0, keep: 1 }, (problem) => process.stdout.write(problem)).write('{}\\n');`);
    expect([stdout, signal]).toEqual([expect.stringContaining('ENOENT'), null]);
  });
});

test.runIf(isRoot)('a state directory one may not enter is done without, and that is said', () => {
  const dir = mkdtempSync('/tmp/state-closed-');
  chmodSync(dir, 0o700);
  try {
    const script = `
      import { claim } from ${JSON.stringify(`${SOURCE}state/instance.ts`)};
      import { openStore } from ${JSON.stringify(`${SOURCE}state/store.ts`)};
      import { pausedUntil } from ${JSON.stringify(`${SOURCE}daemon/pause-file.ts`)};
      const said = () => undefined;
      const dir = ${JSON.stringify(join(dir, 'state'))};
      const { problem } = await claim(dir);
      const paused = await pausedUntil(dir);
      const store = openStore(dir, { now: () => 0, log: { info: said, warn: said, error: said } });
      process.stdout.write(JSON.stringify({ problem, paused, store: store.health().problem }));`;
    const said: unknown = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        uid: 65_534,
        cwd: '/',
        encoding: 'utf8',
      }),
    );
    // Claimed all the same: by a name in the kernel.
    expect(JSON.stringify(said)).toMatch(/^{"paused":0,"store":"[^"]*EACCES[^"]*"}$/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
