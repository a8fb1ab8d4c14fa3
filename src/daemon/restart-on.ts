import type { Config } from '../config/config.ts';
import { engineEndpoints } from '../streams/docker/engines.ts';
import { restartContainers } from '../streams/docker/restart-containers.ts';

/** Restarts the containers of one identity, on the engine it belongs to. Rejects with what the engine said. */
export function restartOn(config: Config): (container: string) => Promise<void> {
  const endpoints = engineEndpoints(config);
  return (container) => restartContainers(endpoints, container);
}
