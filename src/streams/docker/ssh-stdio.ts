import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { tailOf } from '../journald/run-tool.ts';
import { sshArguments, sshError, sshNotRun } from './ssh-child.ts';
import type { SshTarget } from './ssh-target.ts';

/** Connections to an engine of which each is an ssh that runs `docker system dial-stdio` over there. */
export interface SshStdio {
  open(): Promise<Socket>;
  /** Why the last of them failed; undefined while none has. */
  failure(): Error | undefined;
  end(): void;
}

/**
 * Opens them on a socket in a folder that nobody else may enter: Node.js speaks HTTP over sockets only. `failed` is
 * called when one ends with a complaint.
 */
export function sshStdio(target: SshTarget, env: NodeJS.ProcessEnv, failed: () => void): SshStdio {
  const folder = mkdtempSync(join(tmpdir(), 'qt-ssh-'));
  const path = join(folder, 'docker.sock');
  const near = new Set<Socket>();
  let failure: Error | undefined;
  const server = createServer({ allowHalfOpen: true }, serve);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    open: async () => {
      await listening;
      return connect(path);
    },
    failure: () => failure,
    end: () => {
      server.close();
      for (const socket of near) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  function serve(socket: Socket): void {
    const host = target.socket === undefined ? [] : ['--host', `unix://${target.socket}`];
    const args = sshArguments(target, [], ['docker', ...host, 'system', 'dial-stdio']);
    const child = spawn('ssh', args, { stdio: 'pipe', env });
    const complaint = tailOf(child.stderr);
    /** We have ended it: what ssh says of its end is no complaint. */
    let isOurEnd = false;
    let hasEnded = false;
    near.add(socket);
    child.stdout.once('end', () => (hasEnded = true));
    pipeline(socket, child.stdin, () => undefined);
    pipeline(child.stdout, socket, () => socket.destroy());
    socket.once('close', () => {
      near.delete(socket);
      isOurEnd = !hasEnded;
      child.kill();
    });
    child.once('error', (error) => fail(sshNotRun(error)));
    child.once('close', (code) => {
      if (code !== 0 && code !== null && !isOurEnd) fail(sshError(target, complaint()));
      // What it has said to its end may still be on its way to the socket, which is closed after that.
      if (!hasEnded) socket.destroy();
    });
  }

  function fail(error: Error): void {
    failure = error;
    failed();
  }
}
