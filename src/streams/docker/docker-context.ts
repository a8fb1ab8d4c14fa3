import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type TlsFiles, tlsFolder } from './tls-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a context of the Docker CLI says that its engine listens. */
export interface DockerContext {
  readonly host: string;
  readonly tls?: TlsFiles;
}

/**
 * A context as the Docker CLI stores it (`contexts/meta/SHA256/meta.json`, certificates in
 * `contexts/tls/SHA256/docker`). Throws a message for people where there is none of that name; `source` is where it was
 * named.
 */
export function readContext(name: string, source: string, env: Environment): DockerContext {
  const id = createHash('sha256').update(name).digest('hex');
  const folder = cliFolder(env);
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  const endpoint = member(member(readJson(file), 'Endpoints'), 'docker');
  const host = member(endpoint, 'Host');
  if (typeof host !== 'string' || host === '')
    throw new Error(
      existsSync(file)
        ? `${source} is ${name}: ${file} names no host of a Docker Engine`
        : `${source} is ${name}: there is no such context in ${folder} (docker context ls shows which there are)`,
    );
  const certificates = join(folder, 'contexts', 'tls', id, 'docker');
  const unverified = member(endpoint, 'SkipTLSVerify') === true;
  if (!existsSync(certificates)) return { host, ...(unverified ? { tls: { verify: false } } : {}) };
  return { host, tls: { ...tlsFolder(certificates), verify: !unverified } };
}

/** The Docker CLI's own folder. */
export function cliFolder(env: Environment): string {
  const folder = env['DOCKER_CONFIG'] ?? '';
  return folder === '' ? join(env['HOME'] ?? homedir(), '.docker') : folder;
}

/** The context that `docker context use` has chosen, and the file that says so; undefined for the default one. */
export function currentContext(
  env: Environment,
): { readonly name: string; readonly file: string } | undefined {
  const file = join(cliFolder(env), 'config.json');
  const name = member(readJson(file), 'currentContext');
  return typeof name !== 'string' || name === '' || name === 'default' ? undefined : { name, file };
}

/** Undefined for what is not there, may not be read, or is no JSON: those are then said to be without a host. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function member(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
}
