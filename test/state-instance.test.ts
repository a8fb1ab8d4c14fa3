import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultStateDir } from '../src/state/dir.ts';
import { claim, ClaimedError } from '../src/state/instance.ts';
import { scratchDir } from './support/state.ts';

const INSTANCE = new URL('../src/state/instance.ts', import.meta.url).href;

/** Another process that claims the directory and stays; resolves once it has. */
async function otherDaemon(dir: string, platform: string): Promise<ChildProcess> {
  const script = `
    import { claim } from ${JSON.stringify(INSTANCE)};
    await claim(process.argv[1], process.argv[2]);
    process.stdout.write('claimed');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dir, platform], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

describe.each(['linux', 'darwin'] as const)('one daemon a state directory (as on %s)', (platform) => {
  test('a second claim is refused while the first lasts, and granted once it is released', async () => {
    const dir = scratchDir();
    const first = await claim(dir, platform);
    await expect(claim(dir, platform)).rejects.toThrow(ClaimedError);
    await first.release();
    await (await claim(dir, platform)).release();
  });

  test('another process is refused with the directory named, and a kill -9 of it leaves nothing behind', async () => {
    const dir = scratchDir();
    const other = await otherDaemon(dir, platform);
    await expect(claim(dir, platform)).rejects.toThrow(`${dir} is in use by another daemon`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await claim(dir, platform)).release();
  });

  test('directories do not get in each other’s way, but two names of one directory do', async () => {
    const dir = scratchDir();
    const alias = join(dir, 'alias');
    const claims = [await claim(join(dir, 'one'), platform), await claim(join(dir, 'two'), platform)];
    symlinkSync(join(dir, 'one'), alias);
    await expect(claim(alias, platform)).rejects.toThrow(ClaimedError);
    for (const each of claims) await each.release();
  });
});

test('the refusal names the process that has the directory', async () => {
  const dir = scratchDir();
  const other = await otherDaemon(dir, 'linux');
  await expect(claim(dir, 'linux')).rejects.toThrow(`(process ${String(other.pid)})`);
});

test('a claim alone does not keep a process alive', async () => {
  const script = `import { claim } from ${JSON.stringify(INSTANCE)}; await claim(process.argv[1], 'linux');`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, scratchDir()]);
});

describe('the default state directory', () => {
  test.each([
    [
      'the service manager’s, the first of several',
      { STATE_DIRECTORY: '/var/lib/qt:/var/lib/b', XDG_STATE_HOME: '/x' },
      '/var/lib/qt',
    ],
    ['the XDG one', { XDG_STATE_HOME: '/x' }, '/x/quantum-realtime'],
    ['not a relative XDG one', { XDG_STATE_HOME: 'x' }, '/home/u/.local/state/quantum-realtime'],
    ['the one in the home directory', { STATE_DIRECTORY: '' }, '/home/u/.local/state/quantum-realtime'],
  ])('is %s', (_, env, dir) => {
    expect(defaultStateDir(env, '/home/u')).toBe(dir);
  });
});
