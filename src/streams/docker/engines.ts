import type { Config } from '../../config/config.ts';
import { LOCAL_DOCKER } from '../../model.ts';
import { type Endpoint, type EndpointSettings, resolveEndpoint } from './endpoint.ts';

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
  const engines = asList(sources.docker, docker).map(({ name, setting, ...where }) => ({
    id: name === undefined ? LOCAL_DOCKER : `${LOCAL_DOCKER}:${name}`,
    endpoint: resolveEndpoint(where, process.env, setting),
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

interface Setting extends EndpointSettings {
  readonly name?: string | undefined;
  /** Where it is set, for messages. */
  readonly setting: string;
}

/** Engines that say nothing of where they are, are where `docker` says. */
function asList(engines: Config['sources']['docker'], docker: Config['docker']): readonly Setting[] {
  if (engines === false) return [];
  if (engines === true) return [{ ...docker, setting: 'docker' }];
  const list = Array.isArray(engines)
    ? engines.map((engine, index) => ({ ...engine, setting: `sources.docker[${index}]` }))
    : [{ ...engines, setting: 'sources.docker' }];
  return list.map(({ name, host, context, tls, setting }) =>
    host === undefined && context === undefined && tls === undefined
      ? { name, ...docker, setting: 'docker' }
      : { name, host, context, tls, setting },
  );
}
