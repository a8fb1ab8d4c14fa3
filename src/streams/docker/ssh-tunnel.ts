import type { Socket } from 'node:net';
import type { Connector } from './connector.ts';
import { sshEnvironment, sshError } from './ssh-child.ts';
import { type SshForward, sshForward } from './ssh-forward.ts';
import { type SshStdio, sshStdio } from './ssh-stdio.ts';
import type { SshTarget } from './ssh-target.ts';

/**
 * How ssh says that the other side opens no connection to the socket. sshd says the same whether it may not
 * (AllowStreamLocalForwarding) or nobody listens.
 */
const NOT_OPENED = /open failed: (?:administratively prohibited|unknown channel type|connect failed)/;

/** An engine that takes longer for a first answer (milliseconds) is one that is there. */
const ANSWERS_WITHIN = 5_000;

/**
 * Connections to the engine of another host through one ssh: a child for each would meet sshd's limits (MaxSessions,
 * MaxStartups). Where that does not open, it is tried the other way all the same: a child for each, which runs `docker
 * system dial-stdio` over there; if that fails, too, the tunnel is next. Keys, aliases and known hosts are ssh's own affair.
 */
export function sshTunnel(target: SshTarget, env = sshEnvironment(process.env)): Connector {
  let forward: SshForward | undefined;
  let opens: Promise<boolean> | undefined;
  let stdio: SshStdio | undefined;
  let isClosed = false;
  return {
    connect: (opened) => {
      open().then(opened, opened);
      return undefined;
    },
    explain: (error) => {
      if (!/hang up|ECONNRESET|EPIPE/.test(error.message)) return error;
      const complaint = forward?.complaint() ?? '';
      return stdio?.failure() ?? (complaint === '' ? error : sshError(target, complaint));
    },
    close: () => {
      isClosed = true;
      forward?.end();
      stdio?.end();
    },
  };

  async function open(): Promise<Socket> {
    if (isClosed) throw new Error('the connection has been closed');
    if (forward === undefined || opens === undefined || forward.hasEnded()) {
      forward = sshForward(target, env);
      opens = answers(forward);
    }
    const tunnel = forward;
    if (await opens) return tunnel.open();
    return (stdio ??= sshStdio(target, env, () => tunnel.end())).open();
  }
}

/** Whether anything at all answers at the other end; rejects with why there is no tunnel. */
async function answers(forward: SshForward): Promise<boolean> {
  const socket = await forward.open();
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(true), ANSWERS_WITHIN);
    socket.once('data', () => resolve(true));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(late);
      resolve(!NOT_OPENED.test(forward.complaint()));
    });
    socket.end('GET /_ping HTTP/1.0\r\n\r\n');
  });
}
