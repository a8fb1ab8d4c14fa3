import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { cliFolder, currentContext, readContext } from './docker-context.ts';
import { parseSsh, type SshTarget } from './ssh-target.ts';
import { type TlsFiles, tlsFolder } from './tls-files.ts';

/** Where a Docker Engine listens, and how it is reached. `text` is how messages show it. */
export interface Endpoint {
  readonly text: string;
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  /** With `host`: the connection is encrypted. */
  readonly tls?: TlsFiles;
  /** The engine's socket on another host. */
  readonly ssh?: SshTarget;
}

/** What the settings say of one engine. */
export interface EndpointSettings {
  readonly host?: string | undefined;
  readonly context?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SUPPORTED = 'supported are unix:///path/to/docker.sock, tcp://host:port and ssh://user@host';
const TLS_PORT = '2376';

/**
 * The endpoint, by what comes first: the settings' host or context, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context
 * of the Docker CLI, a local socket. As with the Docker CLI, `DOCKER_TLS_VERIFY` encrypts a tcp:// host with the
 * certificates of `DOCKER_CERT_PATH`, unless the settings name their own. Throws a message for people where it is none
 * that can be reached; `setting` is where the settings
 * stand, such as `docker`; below `root` are the system's sockets.
 */
export function resolveEndpoint(
  { host, context, tls }: EndpointSettings,
  env: Environment = process.env,
  setting = 'docker',
  root = '/',
): Endpoint {
  if (host !== undefined && context !== undefined)
    throw new Error(`${setting} has both host and context: expected one of them`);
  const tlsOf = tls ?? tlsOfEnvironment(env);
  if (host !== undefined) return parseEndpoint(host, `${setting}.host`, tlsOf);
  if (context !== undefined) return contextEndpoint(context, `${setting}.context`, tls, env);
  const fromEnv = env['DOCKER_HOST'] ?? '';
  if (fromEnv !== '') return parseEndpoint(fromEnv, 'DOCKER_HOST', tlsOf);
  if (tls !== undefined) throw new Error(`${setting}.tls is for a host: expected ${setting}.host, too`);
  const chosen = env['DOCKER_CONTEXT'] ?? '';
  if (chosen !== '') return contextEndpoint(chosen, 'DOCKER_CONTEXT', undefined, env);
  const current = currentContext(env);
  if (current !== undefined)
    return contextEndpoint(current.name, `currentContext of ${current.file}`, undefined, env);
  return localSocket(env, root);
}

/** Reads one address; `source` is where it was set, for the message; `tls` is used where the address is tcp://. */
export function parseEndpoint(text: string, source: string, tls?: TlsFiles): Endpoint {
  const unix = /^unix:(?:\/\/)?(\/[^/].*)$/.exec(text)?.[1];
  if (unix !== undefined) return socket(unix);
  const path = /^(?:unix:)?\/*(.+)$/.exec(text)?.[1] ?? '';
  if (text.startsWith('unix:') || text.startsWith('/'))
    throw new Error(`${source} is ${text}: a socket is written unix:// and its whole path: unix:///${path}`);
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  if (scheme === 'ssh') return overSsh(text, source);
  if (scheme === 'https')
    throw new Error(`${source} is ${text}: write tcp://${rest}, and name the certificates (docker.tls)`);
  if (scheme !== undefined && scheme !== 'tcp' && scheme !== 'http')
    throw new Error(`${source} is ${text}: ${scheme} is not supported; ${SUPPORTED}`);
  const [, v6, name, given] = /^(?:\[([0-9a-f:]+)\]|([^\s:/@]+))(?::(\d{1,5}))?\/?$/i.exec(rest) ?? [];
  const host = v6 ?? name;
  const port = given ?? (tls === undefined ? undefined : TLS_PORT);
  if (host === undefined || port === undefined || Number(port) > 65_535)
    throw new Error(`${source} is ${text}: expected unix:///path or tcp://host:port; ${SUPPORTED}`);
  if (port === TLS_PORT && tls === undefined)
    throw new Error(
      `${source} is ${text}: port 2376 is Docker's port for TLS: name the certificates (docker.tls, or DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH)`,
    );
  return {
    text: `tcp://${v6 === undefined ? host : `[${host}]`}:${port}`,
    host,
    port: Number(port),
    ...(tls === undefined ? {} : { tls }),
  };
}

function overSsh(text: string, source: string): Endpoint {
  const ssh = parseSsh(text);
  if (typeof ssh === 'string') throw new Error(`${source} is ${text}: ${ssh}`);
  return { text, ssh };
}

function contextEndpoint(
  name: string,
  source: string,
  tls: TlsFiles | undefined,
  env: Environment,
): Endpoint {
  if (name === 'default') return localSocket(env);
  const context = readContext(name, source, env);
  return parseEndpoint(context.host, `the host of the context ${name} (${source})`, tls ?? context.tls);
}

function tlsOfEnvironment(env: Environment): TlsFiles | undefined {
  if ((env['DOCKER_TLS_VERIFY'] ?? '') === '') return undefined;
  const folder = env['DOCKER_CERT_PATH'] ?? '';
  return tlsFolder(folder === '' ? cliFolder(env) : folder);
}

/**
 * The first that is there of: Docker's own socket, Docker Desktop's, those of a rootless Docker and of Podman. Docker's
 * own, if there is none: that is the one to start.
 */
function localSocket(env: Environment, root = '/'): Endpoint {
  const dockers = join(root, 'var/run/docker.sock');
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${userInfo().uid}`;
  const places = [
    dockers,
    join(env['HOME'] ?? homedir(), '.docker', 'run', 'docker.sock'),
    join(runtime, 'docker.sock'),
    join(runtime, 'podman', 'podman.sock'),
    join(root, 'run/podman/podman.sock'),
  ];
  return socket(places.find((place) => existsSync(place)) ?? dockers);
}

function socket(socketPath: string): Endpoint {
  return { text: `unix://${socketPath}`, socketPath };
}
