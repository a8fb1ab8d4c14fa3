import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultStateDir } from '../src/state/dir.ts';
import { claim, ClaimedError } from '../src/state/instance.ts';
import { isRoot, scratchDir } from './support/state.ts';

const INSTANCE = new URL('../src/state/instance.ts', import.meta.url).href;

/** Another process that claims the directory and stays; resolves once it has. */
function otherDaemon(dir: string): Promise<ChildProcess> {
  return running(`
    import { claim } from ${JSON.stringify(INSTANCE)};
    await claim(${JSON.stringify(dir)});
    process.stdout.write('claimed');
    process.stdin.resume();`);
}

/** Something that holds the name in the kernel by which a 0.1.0 daemon claims a directory, and answers on it. */
function holderOfTheName(
  dir: string,
  answer: string | undefined,
  options: Settings = {},
): Promise<ChildProcess> {
  const name = `\0quantum-realtime:${createHash('sha256')
    .update(existsSync(dir) ? realpathSync(dir) : dir)
    .digest('hex')
    .slice(0, 32)}`;
  return running(
    `
    import { createServer } from 'node:net';
    createServer((socket) => socket.on('error', () => {})${answer === undefined ? '' : `.end(${answer})`}).listen(${JSON.stringify(name)}, () =>
      process.stdout.write('holds it'));`,
    options,
  );
}

interface Settings {
  readonly uid?: number;
  /** A command in front, such as unshare(1). */
  readonly within?: readonly string[];
}

async function running(script: string, { uid, within = [] }: Settings = {}): Promise<ChildProcess> {
  const [program = process.execPath, ...before] = within;
  const node = within.length === 0 ? [] : [process.execPath];
  const child = spawn(program, [...before, ...node, '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid !== undefined && { uid }),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

describe('one daemon a state directory', () => {
  test('a second claim is refused while the first lasts, and granted once it is released', async () => {
    const dir = scratchDir();
    const first = await claim(dir);
    await expect(claim(dir)).rejects.toThrow(ClaimedError);
    await first.release();
    await (await claim(dir)).release();
  });

  test('another process is refused with the directory named, and a kill -9 of it leaves nothing behind', async () => {
    const dir = scratchDir();
    const other = await otherDaemon(dir);
    await expect(claim(dir)).rejects.toThrow(`${dir} is in use by another daemon`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await claim(dir)).release();
  });

  test('directories do not get in each other’s way, but two names of one directory do', async () => {
    const dir = scratchDir();
    const alias = join(dir, 'alias');
    const claims = [await claim(join(dir, 'one')), await claim(join(dir, 'two'))];
    symlinkSync(join(dir, 'one'), alias);
    await expect(claim(alias)).rejects.toThrow(ClaimedError);
    for (const each of claims) await each.release();
  });
});

test('the refusal names the process that has the directory', async () => {
  const dir = scratchDir();
  const other = await otherDaemon(dir);
  await expect(claim(dir)).rejects.toThrow(`(process ${String(other.pid)})`);
});

test('a claim alone does not keep a process alive', async () => {
  const script = `import { claim } from ${JSON.stringify(INSTANCE)}; await claim(process.argv[1]);`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, scratchDir()]);
});

describe.runIf(process.platform === 'linux')('the name that 0.1.0 claims', () => {
  test('a 0.1.0 daemon of ours that still runs is noticed', async () => {
    const dir = scratchDir();
    const old = await holderOfTheName(dir, 'String(process.pid)');
    await expect(claim(dir)).rejects.toThrow(`is in use by another daemon (process ${String(old.pid)})`);
  });

  test.each([
    ['escapes for the terminal', String.raw`'1\u001b]0;pwned\u0007\u001b[31m fake'`],
    ['the id of a process that does not hold it', 'String(process.ppid)'],
    ['nothing at all', undefined],
    ['more than anybody would read', `'1'.repeat(1e7)`],
  ])('a stranger that holds it and answers %s keeps nobody from starting', async (_, answer) => {
    const dir = scratchDir();
    await holderOfTheName(dir, answer);
    await (await claim(dir)).release();
  });

  test.runIf(isRoot)('nor does another user who answers with the true process id', async () => {
    const dir = scratchDir();
    await holderOfTheName(dir, 'String(process.pid)', { uid: 65_534 });
    await (await claim(dir)).release();
  });

  test.runIf(isRoot)('nor does a machine of its own that shares the network namespace', async () => {
    const dir = scratchDir();
    const within = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
    await holderOfTheName(dir, 'String(process.pid)', { within });
    await (await claim(dir)).release();
  });
});

test('the lock is in the directory, for its owner alone', async () => {
  const dir = scratchDir();
  const claimed = await claim(dir);
  expect(['lock.db', 'lock.pid'].map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([
    0o600, 0o600,
  ]);
  await claimed.release();
});

test('what the file beside the lock says is not echoed', async () => {
  const dir = scratchDir();
  const claimed = await claim(dir);
  writeFileSync(join(dir, 'lock.pid'), '1\u001b[31m x\n');
  await expect(claim(dir)).rejects.toThrow(/ is in use by another daemon$/);
  await claimed.release();
});

test.runIf(isRoot)(
  'another process namespace is kept out as well, without a process id that means nothing',
  async () => {
    const dir = scratchDir();
    await running(
      `import { claim } from ${JSON.stringify(INSTANCE)};
     await claim(${JSON.stringify(dir)});
     process.stdout.write('claimed'); process.stdin.resume();`,
      { within: ['unshare', '--pid', '--net', '--fork', '--kill-child', '--mount-proc'] },
    );
    await expect(claim(dir)).rejects.toThrow(/ is in use by another daemon$/);
  },
);

test('a damaged lock is written anew, and keeps a second daemon out', async () => {
  const dir = scratchDir();
  writeFileSync(join(dir, 'lock.db'), 'garbage '.repeat(999));
  const claimed = await claim(dir);
  expect(claimed.problem).toBeUndefined();
  await expect(claim(dir)).rejects.toThrow(ClaimedError);
  await claimed.release();
});

test('what is written over a lock while it is held does not let a second daemon in', async () => {
  const dir = scratchDir();
  await otherDaemon(dir);
  writeFileSync(join(dir, 'lock.db'), 'garbage '.repeat(999));
  await expect(claim(dir)).rejects.toThrow(ClaimedError);
});

describe.runIf(process.platform === 'linux')('a directory that cannot be made or written', () => {
  test('is claimed all the same: a second daemon is refused until the first has ended', async () => {
    const dir = join('/proc', 'nope', scratchDir());
    const other = await otherDaemon(dir);
    await expect(claim(dir)).rejects.toThrow(`is in use by another daemon (process ${String(other.pid)})`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const claimed = await claim(dir);
    expect(claimed.problem).toBeUndefined();
    await claimed.release();
    await (await claim(dir)).release();
  });

  test('with its name taken by a stranger it is not claimed, which is told, and nobody is kept from starting', async () => {
    const dir = join('/proc', 'nope', scratchDir());
    await holderOfTheName(dir, "'1'");
    expect((await claim(dir)).problem).toMatch(/lock\.db/);
  });
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
