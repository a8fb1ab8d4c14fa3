import type { Config } from '../../config/config.ts';
import { enginesOf } from '../../daemon/engine-at-start.ts';
import { identityOf } from '../../model.ts';
import { dockerClient, reasonOf } from '../../streams/docker/client.ts';
import { parseInspected } from '../../streams/docker/inspected.ts';
import { lineJoiner } from '../../streams/docker/join-lines.ts';
import { readLog } from '../../streams/docker/read-log.ts';
import { UsageError } from '../../usage.ts';

/** Gets one line of a container's log. `at` in epoch milliseconds. */
export type DockerLine = (text: string, at: number, container: string, stream: string, image: string) => void;

/**
 * Reads the log of a container, by its identity, name or id, from `since` (epoch milliseconds) on, or all of it, and gives every
 * line. Throws a UsageError when there is no such container, or its log cannot be read.
 */
export async function eachDockerLine(
  config: Config,
  name: string,
  since: number | undefined,
  use: DockerLine,
): Promise<void> {
  const engines = enginesOf(config);
  const named = engines.find(({ id }) => name.startsWith(`${id}:`));
  const engine = named ?? engines[0];
  if (engine === undefined) throw new UsageError('no Docker Engine is configured (sources.docker: false)');
  const own = named === undefined ? name : name.slice(named.id.length + 1);
  const client = dockerClient(engine.endpoint);
  try {
    const found = parseInspected(await client.call(`/containers/${encodeURIComponent(own)}/json`));
    const joiner = lineJoiner((stream, _, at, text) =>
      use(text, at, identityOf(engine.id, found.name), stream === 0 ? 'stdout' : 'stderr', found.image),
    );
    await readLog(
      {
        client,
        id: found.id,
        tty: found.tty,
        follow: false,
        tail: Infinity,
        ...(since === undefined ? {} : { since }),
        signal: new AbortController().signal,
      },
      ({ stream, ts, at, bytes, start, end }) => {
        if (since === undefined || at >= since) joiner.push(stream, ts, at, bytes, start, end, 0);
        return true;
      },
    );
    joiner.flush();
  } catch (error) {
    throw new UsageError(`container ${name}: ${reasonOf(error)}`, { cause: error });
  } finally {
    client.close();
  }
}
