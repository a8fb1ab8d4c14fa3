import { dockerClient, reasonOf } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError } from './endpoint-error.ts';
import { engineClock } from './engine-clock.ts';

/**
 * Whether an engine answers, and by how many milliseconds its clock is ahead of ours; if not, why, and what to do
 * about it.
 */
export type Probe =
  | { readonly ok: true; readonly version: string; readonly offset: number }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Requests the engine's version, within `timeout` milliseconds. */
export async function probe(endpoint: Endpoint, timeout = 5_000): Promise<Probe> {
  const theirs = engineClock(Date);
  const client = dockerClient(endpoint, theirs.asking);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1_000} s`)), timeout);
  });
  try {
    const answer = await Promise.race([client.call('/version'), late]);
    return { ok: true, version: versionOf(answer), offset: theirs.offset };
  } catch (error) {
    return { ok: false, reason: `${endpoint.text}: ${reasonOf(error)}`, remedy: remedyOf(endpoint, error) };
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

function versionOf(answer: unknown): string {
  const version: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'Version') : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

function remedyOf({ socketPath, text }: Endpoint, error: unknown): string {
  if (error instanceof EndpointError) return error.remedy;
  const reason = reasonOf(error);
  if (/EACCES|EPERM/.test(reason)) {
    return `This user may not use ${socketPath ?? text}: add it to the docker group (sudo usermod -aG docker $USER, then log in again). Mind that whoever can use this socket is root on this host.`;
  }
  if (reason.includes('ENOENT')) {
    return 'Start Docker (sudo systemctl start docker), or set DOCKER_HOST to where it listens. No Docker here? npm run demo works without.';
  }
  if (reason.includes('ECONNREFUSED')) {
    return socketPath === undefined
      ? `Nothing listens on ${text}: start what should (a socket proxy, or Docker with -H), or correct docker.host (DOCKER_HOST).`
      : 'The socket is there but nobody answers: start Docker (sudo systemctl start docker).';
  }
  return 'See whether docker version answers with the same DOCKER_HOST.';
}
