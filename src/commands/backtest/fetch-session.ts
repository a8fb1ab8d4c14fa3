import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../config/config.ts';
import { LOCAL_DOCKER, type Origin } from '../../model.ts';
import { type DockerClient, reasonOf } from '../../streams/docker/client.ts';
import { identity } from '../../streams/docker/identity.ts';
import { parseInspected } from '../../streams/docker/inspected.ts';
import { lineJoiner } from '../../streams/docker/join-lines.ts';
import { type Listed, parseList, wanted } from '../../streams/docker/list.ts';
import { readLog } from '../../streams/docker/read-log.ts';
import { openSessionWriter, type SessionWriter } from '../../streams/recording/session-writer.ts';

/** What to fetch, and where to put it. Moments in epoch milliseconds. */
export interface FetchOptions {
  readonly client: DockerClient;
  readonly containers: Config['containers'];
  readonly since: number;
  readonly until: number;
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Called with each container before its log is read. */
  readonly onContainer: (container: string) => void;
}

/** How many containers' logs were fetched, and what could not be, with the reason. */
export interface Fetched {
  readonly containers: number;
  readonly unread: readonly { readonly container: string; readonly reason: string }[];
}

/**
 * Saves what Docker still holds of the containers that have run since then, those that have ended meanwhile too, without
 * following them: their logs as a recording, one container after the other, and the engine's events (it remembers the
 * last 256) beside it.
 */
export async function fetchSession(options: FetchOptions): Promise<Fetched> {
  const { client, containers, dir } = options;
  const isWanted = wanted(containers, undefined);
  const there = parseList(await client.call('/containers/json?all=1')).filter(isWanted);
  const writer = openSessionWriter({ dir });
  const unread: { container: string; reason: string }[] = [];
  let read = 0;
  for (const listed of there) {
    const container = identity(listed.name, listed.labels);
    try {
      if (await fetchLog(listed, container, writer, options)) read += 1;
    } catch (error) {
      unread.push({ container, reason: reasonOf(error) });
    }
  }
  writer.close();
  await fetchEvents(options);
  return { containers: read, unread };
}

/** Whether it has run since then, and so was read. */
async function fetchLog(
  { id, image, labels, running }: Listed,
  container: string,
  writer: SessionWriter,
  { client, since, signal, onContainer }: FetchOptions,
): Promise<boolean> {
  const { tty, finishedAt } = parseInspected(await client.call(`/containers/${id}/json`));
  if (!running && finishedAt < since) return false;
  onContainer(container);
  const origins = (['stdout', 'stderr'] as const).map((stream): Origin => {
    return { id, source: LOCAL_DOCKER, container, stream, labels, image };
  });
  const joiner = lineJoiner((stream, ts, at, text) => {
    const origin = origins[stream];
    if (origin !== undefined && at >= since) writer.write([{ type: 'line', origin, ts, at, text }]);
  });
  await readLog({ client, id, tty, follow: false, tail: Infinity, since, signal }, (entry) => {
    joiner.push(entry.stream, entry.ts, entry.at, entry.bytes, entry.start, entry.end, entry.at);
    return true;
  });
  joiner.flush();
  return true;
}

async function fetchEvents({ client, since, until, dir, signal }: FetchOptions): Promise<void> {
  const query = {
    since: String(Math.floor(since / 1_000)),
    until: String(Math.ceil(until / 1_000)),
    filters: JSON.stringify({ type: ['container'] }),
  };
  const answer = await client.stream('/events', query, signal);
  await pipeline(answer, createWriteStream(join(dir, 'events.jsonl')));
}
