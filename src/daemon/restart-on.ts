import type { Config } from '../config/config.ts';
import { restartContainers } from '../streams/docker/restart-containers.ts';
import { endpointOf } from './engine-at-start.ts';

/** Restarts the containers of one identity, on the engine it belongs to. Rejects with what the engine said. */
export function restartOn(config: Config): (container: string) => Promise<void> {
  return (container) => restartContainers(endpointOf(config), container);
}
