import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Link } from '../../src/fleet/link.ts';
import { openLink } from '../../src/fleet/link.ts';
import { serverFiles } from '../../src/fleet/server-files.ts';
import { makeStreams, wantedStreams } from '../../src/fleet/streams.ts';
import { configSchema, type FleetConfig } from '../../src/config/config.ts';
import { ownAuthority } from './own-authority.ts';
import { freePort } from './free-port.ts';
import { scratchDir } from './state.ts';

/** A nats-server of Debian on a port and a folder of its own, with the accounts and rights that `fleet init` makes. */
export interface Broker {
  readonly dir: string;
  /** Settings of a member; the file with its key is there. */
  readonly member: (host: string, more?: object) => FleetConfig;
  readonly link: (host: string) => Promise<Link>;
  /** Ends it as a power cut would, unless it is to end in order. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
  readonly start: () => Promise<void>;
  /** Throws away all that it has stored, while it is stopped. */
  readonly empty: () => void;
}

/** Starts one with its streams made. `web-1` may decide. */
export async function broker(hosts: readonly string[], tls = false): Promise<Broker> {
  const dir = scratchDir();
  const port = await freePort();
  const listen = `${tls ? '0.0.0.0' : '127.0.0.1'}:${port}`;
  const store = join(dir, 'store');
  for (const { name, content } of serverFiles({ fleet: 'yard', hosts, deciders: ['web-1'], listen, store }))
    writeFileSync(join(dir, name), content);
  const authority = tls ? ownAuthority(dir) : undefined;
  if (authority !== undefined) {
    writeFileSync(join(dir, 'server.pem'), authority.cert);
    writeFileSync(join(dir, 'server-key.pem'), authority.key);
  }
  let server: ChildProcess;

  const member = (host: string, more: object = {}): FleetConfig =>
    configSchema.parse({
      fleet: {
        url: `${tls ? 'tls://localhost' : 'nats://127.0.0.1'}:${port}`,
        name: 'yard',
        host,
        credentials: join(dir, `${host}.nk`),
        ...(authority !== undefined && { ca: authority.ca }),
        ...more,
      },
    }).fleet;
  const link = (host: string): Promise<Link> => openLink(member(host), false);

  async function start(): Promise<void> {
    server = spawn('nats-server', ['-c', 'nats-server.conf'], { cwd: dir, stdio: 'ignore' });
    await answering(port, server);
  }

  await start();
  await withStreams();
  return {
    dir,
    member,
    link,
    stop: async (signal = 'SIGKILL') => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill(signal);
      await ended;
    },
    start: async () => {
      await start();
      await withStreams();
    },
    empty: () => {
      rmSync(store, { recursive: true });
      mkdirSync(store);
    },
  };

  async function withStreams(): Promise<void> {
    const admin = await link('admin');
    await makeStreams(admin.manager, wantedStreams('yard', 0));
    await admin.close();
  }
}

/** Whether there is a nats-server: Debian's package, which CI installs. */
export async function answering(port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`nats-server has ended with ${server.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const [isOpen] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (isOpen === true) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
