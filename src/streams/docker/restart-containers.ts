import type Docker from 'dockerode';
import { LOCAL_DOCKER } from '../../model.ts';
import { docker } from './client.ts';
import { ConnectingAgent } from './connecting-agent.ts';
import { connector } from './connector.ts';
import type { Endpoint } from './endpoint.ts';
import { identity } from './identity.ts';

/** Exit codes of a container that was stopped, or ended because it was done. */
const STOPPED: ReadonlySet<number> = new Set([0, 130, 137, 143]);

/**
 * Restarts every running container of this identity, one after the other, at the engine it belongs to: `endpointOf`
 * finds where the engine of a source listens (undefined: it is none, or not configured). If none runs, the one that died
 * last is started again, unless it looks as if somebody had stopped it. Rejects with what the engine said; a proxy that
 * allows only reading says 403.
 */
export async function restartContainers(
  endpointOf: (source: string) => Endpoint | undefined,
  container: string,
): Promise<void> {
  const { source, name } = splitIdentity(container);
  const endpoint = endpointOf(source);
  if (endpoint === undefined) throw new Error('it is no container of a configured Docker Engine');
  const connecting = connector(endpoint);
  const agent = new ConnectingAgent({ keepAlive: false }, connecting.connect);
  try {
    await restartAt(docker(endpoint, { agent }), name);
  } catch (error) {
    throw error instanceof Error ? connecting.explain(error) : error;
  } finally {
    agent.destroy();
    connecting.close();
  }
}

async function restartAt(engine: Docker, name: string): Promise<void> {
  const all = (await engine.listContainers({ all: true })).filter(
    ({ Names, Labels }) => identity(Names[0] ?? '', Labels) === name,
  );
  const running = all.filter(({ State }) => State !== 'exited' && State !== 'created' && State !== 'dead');
  if (running.length > 0) {
    for (const { Id } of running) await engine.getContainer(Id).restart();
    return;
  }
  const [last] = all.filter(({ State }) => State === 'exited').sort((a, b) => b.Created - a.Created);
  if (last === undefined) throw new Error('it is not running');
  const { State } = await engine.getContainer(last.Id).inspect();
  if (STOPPED.has(State.ExitCode) && !State.OOMKilled)
    throw new Error(`it is not running, and was stopped rather than failed (exit code ${State.ExitCode})`);
  await engine.getContainer(last.Id).start();
}

/** No container's name holds a colon: what stands before the last one is the source. */
function splitIdentity(container: string): { readonly source: string; readonly name: string } {
  const colon = container.lastIndexOf(':');
  if (colon < 0) return { source: LOCAL_DOCKER, name: container };
  return { source: container.slice(0, colon), name: container.slice(colon + 1) };
}
