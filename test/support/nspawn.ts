import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { execa } from 'execa';

/** Why systemd cannot be booted in a container here; undefined if it can. */
export const noMachine: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root to boot systemd in a container'
    : !existsSync('/usr/bin/systemd-nspawn')
      ? 'needs systemd-nspawn (apt-get install systemd-container dbus)'
      : !existsSync('/usr/lib/systemd/systemd') && !existsSync('/lib/systemd/systemd')
        ? 'needs systemd'
        : undefined;

/** What a script in the machine said, standard error included, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A copy of this host that systemd has booted as its process 1: what is written there is gone at the end. */
export interface Machine {
  /** Runs a shell script in it. */
  run(script: string): Promise<Ran>;
  /** Runs one that has to end with 0, and gives what it said. */
  ok(script: string): Promise<string>;
  /** Runs one again and again until the predicate takes what it says; rejects with the last answer after `within` ms. */
  until(script: string, accept: (out: string) => boolean, within?: number): Promise<string>;
  stop(): Promise<void>;
}

/** Tests that need one: skipped by name with the reason where there can be none, failing if required. */
export function describeMachine(
  name: string,
  binds: () => Promise<readonly string[]>,
  tests: (machine: () => Machine) => void,
  impossible = noMachine,
): void {
  const absent = (): never => {
    throw new Error(impossible ?? 'the machine has not booted');
  };
  if (impossible !== undefined && process.env['REQUIRE_ENGINE'] === '1') test(name, absent);
  else if (impossible !== undefined) describe.skip(`${name} (${impossible})`, () => tests(absent));
  else
    describe(name, () => {
      let machine: Machine | undefined;
      beforeAll(async () => {
        machine = await bootMachine(await binds());
      }, 90_000);
      afterAll(() => machine?.stop(), 60_000);
      tests(() => machine ?? absent());
    });
}

/**
 * Boots one; `binds` are as `systemd-nspawn --bind` takes them. Only the root file system is seen, /tmp is empty. Its
 * network is its own, and so is what is claimed there: two machines that run the same service do not meet.
 */
export async function bootMachine(binds: readonly string[]): Promise<Machine> {
  const dir = mkdtempSync(join(tmpdir(), 'qt-machine-'));
  const root = join(dir, 'root');
  mkdirSync(root);
  // Mounted where nobody else sees it, and ended with us: a test that is killed leaves neither mount nor machine.
  const nspawn = spawn(
    'unshare',
    [
      '--mount', '--propagation', 'private', 'setpriv', '--pdeathsig', 'KILL',
      '/bin/sh', '-c', 'mount --bind / "$0" && exec systemd-nspawn "$@"', root,
      '--quiet', '--register=no', '--keep-unit', '--private-network', `--machine=qt-${process.pid}`, '-D', root, '--volatile=overlay',
      ...binds.map((bind) => `--bind=${bind}`), '--boot', 'systemd.unit=basic.target',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  ); // prettier-ignore
  const gone = once(nspawn, 'exit');
  let complaints = '';
  nspawn.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));

  const run = async (script: string): Promise<Ran> => {
    const leader = leaderOf(nspawn.pid ?? 0);
    if (leader === '') return { code: -1, out: 'the machine has no process 1' };
    const inside = ['--target', leader, '--all', '--', '/bin/sh', '-c', script];
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
    const { exitCode, all } = await execa('nsenter', inside, {
      env,
      extendEnv: false,
      reject: false,
      all: true,
      cwd: '/',
      // A script that ends its process group must not end ours.
      detached: true,
      cleanup: true,
    });
    return { code: exitCode ?? -1, out: all };
  };
  const until: Machine['until'] = async (script, accept, within = 60_000) => {
    for (const end = performance.now() + within; ;) {
      const { out } = await run(script);
      if (accept(out)) return out;
      if (performance.now() > end) throw new Error(`waited in vain for: ${script}\nlast said: ${out}`);
      await wait(100);
    }
  };
  const stop = async (): Promise<void> => {
    if (nspawn.exitCode === null && nspawn.signalCode === null) {
      await run('systemctl poweroff');
      const late = setTimeout(() => nspawn.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(late);
    }
    rmdirSync(root);
    rmdirSync(dir);
  };
  try {
    await until('systemctl is-system-running', (out) => /running|degraded/.test(out), 60_000);
  } catch (error) {
    nspawn.kill('SIGKILL');
    await stop();
    throw new Error(`systemd does not boot: ${complaints}`, { cause: error });
  }
  return {
    run,
    ok: async (script) => {
      const { code, out } = await run(script);
      if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${out}`);
      return out;
    },
    until,
    stop,
  };
}

/** Process 1 of the machine, as this host calls it. */
function leaderOf(nspawn: number): string {
  try {
    return readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').trim().split(' ')[0] ?? '';
  } catch {
    return '';
  }
}
