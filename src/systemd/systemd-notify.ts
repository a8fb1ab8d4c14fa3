import { execFile } from 'node:child_process';
import type { Logger } from 'pino';

/** Sends fields such as `READY=1` to the service manager; resolves to whether they arrived. Never rejects. */
export type Send = (fields: readonly string[]) => Promise<boolean>;

/** `systemd-notify` waits up to 5 s until systemd has read the message; under a CPU quota it may start late. */
const TIMEOUT = 20_000;

/**
 * Sends through the `systemd-notify` program, since Node.js has no datagram sockets of the local kind; undefined where
 * nobody listens (no `NOTIFY_SOCKET`). It waits until systemd has read the message, because systemd looks up who sent
 * it: do not add `--no-block`. The unit needs `NotifyAccess=all`, because the program is a child of ours.
 */
export function systemdNotify(env: NodeJS.ProcessEnv, log: Pick<Logger, 'warn'>): Send | undefined {
  const socket = env['NOTIFY_SOCKET'] ?? '';
  if (socket === '') return undefined;
  const own = { PATH: env['PATH'], NOTIFY_SOCKET: socket };
  let failing = false;
  return (fields) =>
    new Promise((resolve) => {
      execFile('systemd-notify', [...fields], { env: own, timeout: TIMEOUT }, (error) => {
        if (error !== null && !failing)
          log.warn({ reason: error.message }, 'systemd cannot be told anything');
        failing = error !== null;
        resolve(error === null);
      });
    });
}
