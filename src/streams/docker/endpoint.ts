import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the Docker Engine listens. `text` is how messages show it. */
export interface Endpoint {
  readonly text: string;
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
}

const SUPPORTED = 'supported are unix:///path/to/docker.sock and tcp://host:port (without TLS)';
const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * The endpoint: the setting `docker.host`, else `DOCKER_HOST`, else the local socket (Docker Desktop's own in the
 * home directory, if there is one). Throws a message for people where it is none we can speak to.
 */
export function resolveEndpoint(
  host: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Endpoint {
  if (host !== undefined) return parseEndpoint(host, 'docker.host');
  const fromEnv = env['DOCKER_HOST'];
  if (fromEnv !== undefined && fromEnv !== '') {
    if (env['DOCKER_TLS_VERIFY'] !== undefined && env['DOCKER_TLS_VERIFY'] !== '') {
      throw new Error(`DOCKER_TLS_VERIFY is set, but TLS is not supported; ${SUPPORTED}`);
    }
    return parseEndpoint(fromEnv, 'DOCKER_HOST');
  }
  const desktop = join(homedir(), '.docker', 'run', 'docker.sock');
  return socket(!existsSync(DEFAULT_SOCKET) && existsSync(desktop) ? desktop : DEFAULT_SOCKET);
}

/** Reads one endpoint; `source` is where it was set, for the message. */
export function parseEndpoint(text: string, source: string): Endpoint {
  const unix = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (unix !== undefined) return socket(unix);
  const path = /^(?:unix:)?\/*(.+)$/.exec(text)?.[1] ?? '';
  if (text.startsWith('unix:') || text.startsWith('/'))
    throw new Error(`${source} is ${text}: a socket is written unix:// and its whole path: unix:///${path}`);
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  if (scheme !== undefined && scheme !== 'tcp' && scheme !== 'http') {
    throw new Error(`${source} is ${text}: ${scheme} is not supported; ${SUPPORTED}`);
  }
  const [, v6, name, port] = /^(?:\[([0-9a-f:]+)\]|([^\s:/@]+)):(\d{1,5})\/?$/i.exec(rest) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) {
    throw new Error(`${source} is ${text}: expected unix:///path or tcp://host:port; ${SUPPORTED}`);
  }
  if (port === '2376') {
    throw new Error(`${source} is ${text}: port 2376 is Docker's TLS port; ${SUPPORTED}`);
  }
  return { text: `tcp://${v6 === undefined ? host : `[${host}]`}:${port}`, host, port: Number(port) };
}

function socket(socketPath: string): Endpoint {
  return { text: `unix://${socketPath}`, socketPath };
}
