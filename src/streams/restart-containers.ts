import Docker from 'dockerode';
import type { Endpoint } from './endpoint.ts';
import { identity } from './identity.ts';

/**
 * Restarts every running container of this identity, one after the other. Rejects with what the engine said; a proxy
 * that allows only reading says 403.
 */
export async function restartContainers(endpoint: Endpoint, container: string): Promise<void> {
  const { socketPath, host, port } = endpoint;
  const docker = new Docker({ protocol: 'http' });
  Object.assign(docker.modem, { socketPath, host, port, ca: undefined, cert: undefined, key: undefined });
  const running = await docker.listContainers();
  const ids = running
    .filter(({ Names, Labels }) => identity(Names[0] ?? '', Labels) === container)
    .map(({ Id }) => Id);
  if (ids.length === 0) throw new Error('it is not running');
  for (const id of ids) await docker.getContainer(id).restart();
}
