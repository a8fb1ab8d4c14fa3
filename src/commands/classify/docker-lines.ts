import type { Config } from '../../config.ts';
import { endpointOf } from '../../daemon/engine-at-start.ts';
import { dockerClient, reasonOf } from '../../streams/docker.ts';
import { parseInspected } from '../../streams/inspected.ts';
import { lineJoiner } from '../../streams/join-lines.ts';
import { readLog } from '../../streams/read-log.ts';
import { UsageError } from '../../usage.ts';

/** Gets one line of a container's log. `at` in epoch milliseconds. */
export type DockerLine = (text: string, at: number, container: string, stream: string, image: string) => void;

/**
 * Reads the log of a container, named or by id, from `since` (epoch milliseconds) on, or all of it, and gives every
 * line. Throws a UsageError when there is no such container, or its log cannot be read.
 */
export async function eachDockerLine(
  config: Config,
  name: string,
  since: number | undefined,
  use: DockerLine,
): Promise<void> {
  const client = dockerClient(endpointOf(config));
  try {
    const found = parseInspected(await client.call(`/containers/${encodeURIComponent(name)}/json`));
    const joiner = lineJoiner((stream, _, at, text) =>
      use(text, at, found.name, stream === 0 ? 'stdout' : 'stderr', found.image),
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
