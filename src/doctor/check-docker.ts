import type { Config } from '../config/config.ts';
import { type DockerClient, dockerClient, reasonOf, troubleOf } from '../streams/docker/client.ts';
import type { Endpoint } from '../streams/docker/endpoint.ts';
import { NOTABLE_OFFSET } from '../streams/docker/engine-clock.ts';
import { type DockerEngine, dockerEngines } from '../streams/docker/engines.ts';
import { type Inspected, parseInspected } from '../streams/docker/inspected.ts';
import { parseList, wanted } from '../streams/docker/list.ts';
import { probe } from '../streams/docker/probe.ts';
import { apart } from '../text/plain.ts';
import { checkContainers } from './check-containers.ts';
import { checkGlobs } from './check-globs.ts';
import { checkWatches } from './check-watches.ts';
import { fault, type Finding, ok, warning } from './finding.ts';
import { statOf } from './stat-of.ts';

const CHECK = 'docker';
const PROXY =
  'let the proxy pass GET on /containers and /events (Tecnativa: CONTAINERS=1 EVENTS=1 VERSION=1)';

/** Whether every engine answers, allows what following needs, and has containers whose logs can be read exactly; of several each is named. */
export async function checkDocker(config: Config): Promise<Finding[]> {
  let engines: readonly DockerEngine[];
  try {
    engines = dockerEngines(config);
  } catch (error) {
    return [fault(CHECK, reasonOf(error), 'set docker.host (QT_DOCKER_HOST) to one of those')];
  }
  const findings = await Promise.all(
    engines.map(async (engine) => {
      const found = await checkEngine(engine, config);
      return engines.length === 1
        ? found
        : found.map((one) => ({ ...one, found: `${engine.id}: ${one.found}` }));
    }),
  );
  return findings.flat();
}

async function checkEngine({ endpoint }: DockerEngine, config: Config): Promise<Finding[]> {
  const answer = await probe(endpoint);
  if (!answer.ok && !/HTTP code 40[13]/.test(answer.reason)) return [unreachable(endpoint, answer)];
  const client = dockerClient(endpoint);
  try {
    const found = answer.ok ? ok(CHECK, `Docker ${answer.version} answers at ${endpoint.text}`) : undefined;
    const denied = await denials(client);
    if (denied.length > 0)
      return [fault(CHECK, `${endpoint.text} does not allow ${denied.join(', ')}`, PROXY)];
    const listed = parseList(await client.call('/containers/json', { all: '1' }));
    const running = await followed(client, config);
    return [
      ...(found === undefined ? [] : [found]),
      ...(answer.ok && Math.abs(answer.offset) >= NOTABLE_OFFSET ? [otherTime(answer.offset)] : []),
      ...(await checkContainers(client, running)),
      ...checkGlobs(config.containers, listed),
      checkWatches(running.length),
    ];
  } catch (error) {
    return [fault(CHECK, `${endpoint.text}: ${reasonOf(error)}`, 'see what the log of the engine says')];
  } finally {
    client.close();
  }
}

/** It does no harm by itself, but people who compare times are misled, and one of the clocks is wrong. */
function otherTime(offset: number): Finding {
  return warning(
    CHECK,
    `the engine's clock is ${apart(offset)} ours, which is allowed for`,
    'set both by NTP (timedatectl set-ntp true)',
  );
}

function unreachable(endpoint: Endpoint, { reason, remedy }: { reason: string; remedy: string }): Finding {
  const { socketPath } = endpoint;
  if (socketPath === undefined || !/EACCES|EPERM/.test(reason)) return fault(CHECK, reason, remedy);
  const gid = statOf(socketPath)?.gid;
  const group = gid === undefined || gid === 0 ? 'the group docker' : `the socket's group (id ${gid})`;
  return fault(
    CHECK,
    `this user may not use ${socketPath}`,
    `join ${group}: sudo usermod -aG docker $USER, then log in again; for the service, sudo quantum-realtime install once more. Mind that whoever can use this socket is root on this host; a socket proxy that passes GET only avoids that`,
  );
}

/**
 * The requests that following needs and that are denied. Whether logs may be read is tried with a container that does
 * not exist.
 */
async function denials(client: DockerClient): Promise<string[]> {
  const nobody = '0'.repeat(64);
  const asked: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['GET /containers/json', () => client.call('/containers/json')],
    ['GET /containers/ID/json', () => client.call(`/containers/${nobody}/json`)],
    ['GET /containers/ID/logs', () => end(client, `/containers/${nobody}/logs`, { stdout: '1', tail: '1' })],
    ['GET /events', () => end(client, '/events', { since: '1', until: '2' })],
  ];
  const answers = await Promise.all(
    asked.map(async ([name, ask]) => {
      try {
        await ask();
        return [];
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble === 'gone') return [];
        if (trouble === 'forbidden') return [name];
        throw error;
      }
    }),
  );
  return answers.flat();
}

async function end(client: DockerClient, path: string, query: Record<string, string>): Promise<void> {
  (await client.stream(path, query, AbortSignal.timeout(10_000))).destroy();
}

async function followed(
  client: DockerClient,
  { containers }: Pick<Config, 'containers'>,
): Promise<readonly Inspected[]> {
  const isWanted = wanted(containers, undefined);
  const listed = parseList(await client.call('/containers/json')).filter(isWanted);
  const inspected = await Promise.all(
    listed.map(({ id }) => client.call(`/containers/${id}/json`).catch(() => undefined)),
  );
  return inspected.flatMap((json) => (json === undefined ? [] : [parseInspected(json)]));
}
