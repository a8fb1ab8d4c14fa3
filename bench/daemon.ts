import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../src/control/control-client.ts';
import { CONTROL_SOCKET } from '../src/control/socket-path.ts';
import { type Status, statusSchema } from '../src/control/status.ts';
import { daemonHome, type DaemonProcess } from '../test/support/daemon.ts';
import type { Engine } from '../test/support/engine.ts';

/** The built daemon on a private engine, with everything on and somebody to be alerted. */
export interface WatchedDaemon {
  readonly process: DaemonProcess;
  status(): Promise<Status>;
  /** Resolves when the daemon says what is asked of it. */
  until(accept: (status: Status) => boolean): Promise<Status>;
  /** When alerts arrived, epoch milliseconds. */
  readonly alerts: readonly number[];
  /** Resolves when so many alerts have arrived. */
  alerted(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts it; `enter` is a shell command that is run before it, such as what moves the shell into a cgroup. */
export async function watchedDaemon(
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
  { args = [], enter }: { readonly args?: readonly string[]; readonly enter?: string } = {},
): Promise<WatchedDaemon> {
  const alerts: number[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
    alerts.push(Date.now());
    for (const look of watchers) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const home = daemonHome({
    QT_DOCKER_HOST: `unix://${engine.socket}`,
    QT_ALERT_WEBHOOK: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alert`,
    QT_LIMITS_ERRORS: '1000000',
    QT_INCIDENT_GROUPWAIT: '0',
    ...settings,
  });
  mkdirSync(home.reportDir, { recursive: true });
  const process = home.start({}, args, enter);
  await process.logged('the engine is there', ({ msg }) => msg === 'connected to the Docker Engine');
  const status = async (): Promise<Status> => {
    const { body } = await ask([join(home.stateDir, CONTROL_SOCKET)], 'GET', '/status');
    return statusSchema.parse(JSON.parse(body));
  };
  return {
    process,
    status,
    until: async (accept) => {
      for (;;) {
        const now = await status();
        if (accept(now)) return now;
        await wait(50);
      }
    },
    alerts,
    alerted: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (alerts.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    close: async () => {
      await process.end('SIGTERM');
      server.close();
      server.closeAllConnections();
      home.remove();
    },
  };
}
