import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { scratchDir } from './state.ts';

const SSHD = '/usr/sbin/sshd';

/** Why there can be no sshd here; undefined if there can. */
export const noSshd: string | undefined = existsSync(SSHD)
  ? undefined
  : 'needs sshd (apt-get install openssh-server)';

/** A real sshd on loopback with keys of its own, and a PATH whose `ssh` knows them and nothing of this user's. */
export interface Sshd {
  readonly port: number;
  readonly path: string;
  /** Files to break: what the client knows of hosts, and what the server lets in. */
  readonly knownHosts: string;
  readonly authorizedKeys: string;
}

/** Starts one until the test has ended; `settings` are further lines of its configuration. */
export async function startSshd(settings: readonly string[] = []): Promise<Sshd> {
  const dir = scratchDir();
  const at = (name: string) => join(dir, name);
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  copyFileSync(at('user.pub'), at('authorized'));
  const port = await freePort();
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'PidFile none',
    ...settings,
  ];
  writeFileSync(at('sshd_config'), lines.join('\n') + '\n');
  writeFileSync(at('known'), `[localhost]:${port} ${readFileSync(at('host.pub'), 'utf8')}`);
  const options = [`IdentityFile ${at('user')}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${at('known')}`];
  writeFileSync(at('ssh_config'), [...options, `User ${userInfo().username}`].join('\n') + '\n');
  mkdirSync(at('bin'));
  writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('ssh_config')} "$@"\n`);
  chmodSync(at('bin/ssh'), 0o755);
  mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void server.kill());
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`sshd does not start: ${said}`);
    await wait(20);
  }
  return {
    port,
    path: `${at('bin')}:${process.env['PATH'] ?? ''}`,
    knownHosts: at('known'),
    authorizedKeys: at('authorized'),
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
