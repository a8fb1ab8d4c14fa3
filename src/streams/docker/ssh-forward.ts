import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { tailOf } from '../journald/run-tool.ts';
import { sshArguments, sshError, sshNotRun } from './ssh-child.ts';
import type { SshTarget } from './ssh-target.ts';

/** Where an engine listens if nobody says where. */
const SOCKET = '/var/run/docker.sock';

/** The tunnel must stand within this time, in milliseconds: ssh itself gives up on a connection after ten seconds. */
const STANDS_WITHIN = 20_000;

/** How often it is looked whether the tunnel stands, in milliseconds. */
const LOOK_EVERY = 50;

/** However this process ends, no ssh stays behind: the shell ends it when the pipe that it reads is closed. */
const GUARDED =
  'exec 3<&0; ssh "$@" </dev/null & ssh=$!; { read -r _ <&3; kill $ssh; } 2>/dev/null & wait $ssh';

/** An `ssh -L` from a socket of ours, in a folder that nobody else may enter, to the engine's. */
export interface SshForward {
  /** One connection, as soon as the tunnel stands. Rejects with why it does not. */
  open(): Promise<Socket>;
  /** What ssh has complained of so far; it tells there why a connection through the tunnel was cut. */
  complaint(): string;
  hasEnded(): boolean;
  end(): void;
}

/** Starts ssh; any number of connections share it. */
export function sshForward(target: SshTarget, env: NodeJS.ProcessEnv): SshForward {
  const folder = mkdtempSync(join(tmpdir(), 'qt-ssh-'));
  const ours = join(folder, 'docker.sock');
  const args = sshArguments(target, ['-N', '-L', `${ours}:${target.socket ?? SOCKET}`], []);
  const child = spawn('/bin/sh', ['-c', GUARDED, 'sh', ...args], { stdio: ['pipe', 'ignore', 'pipe'], env });
  const complaint = tailOf(child.stderr);
  const began = performance.now();
  let failure: Error | undefined;
  child.stdin.on('error', () => undefined);
  child.once('error', (error) => fail(sshNotRun(error)));
  // What it complained of may still be on its way.
  child.once('exit', () => setImmediate(() => fail(sshError(target, complaint()))));
  return { open, complaint, hasEnded: () => failure !== undefined, end: () => fail(new Error('closed')) };

  function fail(error: Error): void {
    if (failure !== undefined) return;
    failure = error;
    child.stdin.destroy();
    rmSync(folder, { recursive: true, force: true });
  }

  async function open(): Promise<Socket> {
    for (;;) {
      if (failure !== undefined) throw failure;
      const socket = await attempt(ours);
      if (socket !== undefined) return socket;
      if (performance.now() - began > STANDS_WITHIN) fail(sshError(target, complaint()));
      await after(LOOK_EVERY);
    }
  }
}

/** A connection to a socket; undefined while nobody listens there. */
function attempt(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
