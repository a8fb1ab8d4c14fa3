import type { Config } from '../../config/config.ts';
import { LOCAL_DOCKER } from '../../model.ts';
import { type Endpoint, parseEndpoint, resolveEndpoint } from './endpoint.ts';

/** One Docker Engine that the settings ask for; `id` is that of its source: `docker`, or `docker:NAME`. */
export interface DockerEngine {
  readonly id: string;
  readonly endpoint: Endpoint;
}

/**
 * The engines of `sources.docker`; those without a host are at `docker.host`. Throws a message for people where a host
 * is none we can speak to, or where two engines are the same: every line of it would be counted twice.
 */
export function dockerEngines({ sources, docker }: Config): readonly DockerEngine[] {
  const engines = asList(sources.docker).map(({ name, host, setting }) => ({
    id: name === undefined ? LOCAL_DOCKER : `${LOCAL_DOCKER}:${name}`,
    endpoint: host === undefined ? resolveEndpoint(docker.host) : parseEndpoint(host, setting),
  }));
  engines.forEach(({ id, endpoint: { text } }, index) => {
    const same = engines.slice(0, index).find(({ endpoint }) => endpoint.text === text);
    if (same !== undefined)
      throw new Error(`sources.docker: ${same.id} and ${id} are both at ${text}: expected different hosts`);
  });
  return engines;
}

/** Finds the endpoint of a source; undefined for a source that is no engine of these settings. */
export function engineEndpoints(config: Config): (source: string) => Endpoint | undefined {
  const engines = dockerEngines(config);
  return (source) => engines.find(({ id }) => id === source)?.endpoint;
}

interface Setting {
  readonly name?: string | undefined;
  readonly host?: string | undefined;
  readonly setting: string;
}

function asList(docker: Config['sources']['docker']): readonly Setting[] {
  if (docker === false) return [];
  if (docker === true) return [{ setting: 'docker.host' }];
  if (!Array.isArray(docker)) return [{ ...docker, setting: 'sources.docker.host' }];
  return docker.map((engine, index) => ({ ...engine, setting: `sources.docker[${index}].host` }));
}
