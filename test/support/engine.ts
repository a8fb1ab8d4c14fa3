import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  createWriteStream,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
const DOCKERD = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find(existsSync);

/** Why there can be no private engine here; undefined if there can. */
export const noEngine: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root for a private dockerd'
    : DOCKERD === undefined
      ? 'needs dockerd (apt-get install docker.io)'
      : BUSYBOX === undefined
        ? 'needs a static busybox (apt-get install busybox-static)'
        : undefined;

/** How long a test with an engine may take (milliseconds), if it says nothing else: its waits have bounds of their own. */
const LONGEST = 120_000;

/** What a container is to do, beside its script. */
export interface RunOptions {
  /** Run by /bin/sh -c; `numbered` writes such scripts. */
  readonly script: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly restart?: 'always' | 'unless-stopped' | `on-failure:${number}` | 'on-failure';
  readonly driver?: string;
  readonly logOptions?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly autoRemove?: boolean;
  readonly memory?: number;
  readonly entrypoint?: readonly string[];
  /** Folders of the host, as `/host/path:/path/inside`. */
  readonly binds?: readonly string[];
}

/** A private dockerd with an image of nothing but busybox. */
export interface Engine {
  readonly endpoint: Endpoint;
  readonly socket: string;
  readonly pid: () => number;
  /** Creates and starts a container; its id. */
  run(options: RunOptions): Promise<string>;
  create(options: RunOptions): Promise<string>;
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  start(id: string): Promise<void>;
  stopContainer(id: string, seconds?: number): Promise<void>;
  restartContainer(id: string, seconds?: number): Promise<void>;
  kill(id: string, signal?: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Runs a command inside; resolves when it has begun. */
  exec(id: string, argv: readonly string[]): Promise<void>;
  /** Resolves when it no longer runs; its exit code. */
  exited(id: string): Promise<number>;
  /** Ends dockerd with SIGTERM and waits for it. */
  terminate(): Promise<void>;
  /** Ends dockerd with SIGKILL. */
  kill9(): Promise<void>;
  /** Starts dockerd again on the same data. */
  boot(): Promise<void>;
  /** Ends everything and leaves nothing behind. */
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A shell script that writes `count` numbered lines `<prefix> 1` …, as fast as awk can, or `every` so many seconds. */
export function numbered(count: number, { prefix = 'line', burst = 0, pause = 0, to = '' } = {}): string {
  const nap = burst === 0 ? '' : `if(i%${burst}==0){fflush();system("sleep ${pause}")}`;
  const line = `print "${prefix} " i`;
  return `awk 'BEGIN{for(i=1;i<=${count};i++){${line}${to === 'stderr' ? ' > "/dev/stderr"' : ''};${nap}}}'`;
}

/** Tests that need a private engine: skipped by name with the reason where there can be none, failing if required. */
export function describeEngine(
  name: string,
  tests: (engine: () => Engine) => void,
  options: EngineOptions = {},
): void {
  if (noEngine !== undefined) {
    if (process.env['REQUIRE_ENGINE'] === '1') {
      test(name, () => {
        throw new Error(`REQUIRE_ENGINE=1, but a private engine ${noEngine}`);
      });
    } else
      describe.skip(`${name} (${noEngine})`, () =>
        tests(() => {
          throw new Error(noEngine);
        }));
    return;
  }
  describe(name, { timeout: LONGEST }, () => {
    let engine: Engine | undefined;
    beforeAll(async () => {
      engine = await startEngine(options);
    }, 60_000);
    afterAll(async () => {
      await engine?.stop();
    }, 60_000);
    tests(
      () =>
        engine ??
        (() => {
          throw new Error('the engine has not started');
        })(),
    );
  });
}

export interface EngineOptions {
  /** Containers live on while dockerd is away. */
  readonly liveRestore?: boolean;
}

/** Starts a private dockerd: own socket, data, no bridge, no network. Ends with `stop`. */
export async function startEngine({ liveRestore = false }: EngineOptions = {}): Promise<Engine> {
  const dir = mkdtempSync(join(tmpdir(), 'qt-engine-'));
  const socket = join(dir, 'docker.sock');
  let daemon: ChildProcess | undefined;
  await boot();
  await importImage();
  const engine: Engine = {
    endpoint: { text: `unix://${socket}`, socketPath: socket },
    socket,
    pid: () => daemon?.pid ?? 0,
    run: async (options) => {
      const id = await create(options);
      await ok('POST', `/containers/${id}/start`);
      return id;
    },
    create,
    api,
    start: (id) => ok('POST', `/containers/${id}/start`),
    stopContainer: (id, seconds = 1) => ok('POST', `/containers/${id}/stop?t=${seconds}`),
    restartContainer: (id, seconds = 0) => ok('POST', `/containers/${id}/restart?t=${seconds}`),
    kill: (id, signal = 'KILL') => ok('POST', `/containers/${id}/kill?signal=${signal}`),
    remove: (id) => ok('DELETE', `/containers/${id}?force=1`),
    exec: async (id, argv) => {
      const made = await api('POST', `/containers/${id}/exec`, { Cmd: argv });
      await ok('POST', `/exec/${(JSON.parse(made.body) as { Id: string }).Id}/start`, { Detach: true });
    },
    exited: async (id) => {
      const answer = await api('POST', `/containers/${id}/wait`);
      return (JSON.parse(answer.body) as { StatusCode: number }).StatusCode;
    },
    terminate: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    boot,
    stop,
  };
  return engine;

  async function boot(): Promise<void> {
    const log = createWriteStream(join(dir, 'dockerd.log'), { flags: 'a' });
    await once(log, 'open');
    rmSync(join(dir, 'pid'), { force: true });
    // A containerd that died with its dockerd may be left unreaped, and would be taken for a living one.
    if (containerdOf(dir) === undefined) rmSync(join(dir, CONTAINERD_PID), { force: true });
    daemon = spawn(
      DOCKERD ?? 'dockerd',
      [
        '-H', `unix://${socket}`, '--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid'),
        '--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false', ...(liveRestore ? ['--live-restore'] : []),
      ],
      { stdio: ['ignore', log, log], env: { ...process.env, DOCKER_HOST: '' } },
    ); // prettier-ignore
    for (let tries = 0; ; tries++) {
      const up = await api('GET', '/_ping').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (up) return;
      if (tries > 300 || daemon.exitCode !== null) {
        throw new Error(
          `dockerd does not start:\n${readFileSync(join(dir, 'dockerd.log'), 'utf8').slice(-3_000)}`,
        );
      }
      await wait(100);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (daemon?.exitCode === null && daemon.signalCode === null) {
      const gone = once(daemon, 'exit');
      daemon.kill(signal);
      await gone;
    }
  }

  async function importImage(): Promise<void> {
    const root = join(dir, 'root');
    for (const path of ['bin', 'tmp', 'etc', 'proc', 'dev', 'sys'])
      mkdirSync(join(root, path), { recursive: true });
    copyFileSync(BUSYBOX ?? '', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    const applets = execFileSync(BUSYBOX ?? '', ['--list'], { encoding: 'utf8' }).split('\n');
    for (const applet of applets) {
      if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
    }
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
    const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 64 * 1024 * 1024 });
    const answer = await api('POST', '/images/create?fromSrc=-&repo=busybox&tag=latest', tar);
    if (answer.status !== 200) throw new Error(`the image could not be made: ${answer.body}`);
  }

  async function create(options: RunOptions): Promise<string> {
    const { script, name, labels, restart, driver, logOptions, tty, autoRemove, memory, entrypoint, binds } =
      options;
    const [policy, retries] = (restart ?? '').split(':');
    const answer = await api('POST', `/containers/create${name === undefined ? '' : `?name=${name}`}`, {
      Image: 'busybox',
      Env: ['PATH=/bin'],
      Entrypoint: entrypoint ?? ['/bin/sh', '-c', script],
      Labels: labels ?? {},
      Tty: tty ?? false,
      HostConfig: {
        NetworkMode: 'none',
        AutoRemove: autoRemove ?? false,
        Binds: binds ?? [],
        RestartPolicy: { Name: policy, MaximumRetryCount: Number(retries ?? 0) },
        LogConfig: { Type: driver ?? 'json-file', Config: logOptions ?? {} },
        ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
      },
    });
    if (answer.status !== 201) throw new Error(`create: ${answer.status} ${answer.body}`);
    return (JSON.parse(answer.body) as { Id: string }).Id;
  }

  async function ok(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await api(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  }

  function api(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const raw = body instanceof Uint8Array;
      const headers =
        body === undefined ? {} : { 'Content-Type': raw ? 'application/x-tar' : 'application/json' };
      const sent = request({ socketPath: socket, method, path, headers, agent: false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : raw ? body : JSON.stringify(body));
    });
  }

  async function stop(): Promise<void> {
    try {
      const up = await api('GET', '/_ping').then(
        () => true,
        () => false,
      );
      if (!up) await boot();
      const all = JSON.parse((await api('GET', '/containers/json?all=1')).body) as { Id: string }[];
      await Promise.all(all.map(({ Id }) => api('DELETE', `/containers/${Id}?force=1`)));
    } finally {
      await end('SIGTERM');
      await sweep(dir);
    }
  }
}

/** Ends what a killed dockerd left running and lets go of its mounts, then removes the folder. */
async function sweep(dir: string): Promise<void> {
  const containerd = containerdOf(dir);
  if (containerd !== undefined) {
    process.kill(containerd, 'SIGTERM');
    await wait(200);
  }
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  for (const [, point = ''] of mounts.map((line) => line.split(' ')).reverse()) {
    if (point.startsWith(dir)) execFileSync('umount', ['-l', point]);
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

const CONTAINERD_PID = 'exec/containerd/containerd.pid';

/** The process id of an engine's containerd, if that is alive. */
function containerdOf(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dir, CONTAINERD_PID), 'utf8'));
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.includes('(containerd)') && !stat.includes(') Z ') ? pid : undefined;
  } catch {
    return undefined;
  }
}
