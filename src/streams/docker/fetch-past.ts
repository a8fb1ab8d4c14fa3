import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { identityOf, LOCAL_DOCKER, type Origin, type Setup } from '../../model.ts';
import type { PastFetched, PastRequest } from '../source.ts';
import { type DockerClient, dockerClient, reasonOf } from './client.ts';
import type { DockerEngine } from './engines.ts';
import { parseEvent } from './events.ts';
import { identity } from './identity.ts';
import { parseInspected } from './inspected.ts';
import { lineJoiner } from './join-lines.ts';
import { type Listed, parseList, wanted } from './list.ts';
import { probe } from './probe.ts';
import { readLog } from './read-log.ts';
import { type RestartObservation, restartTracker } from './restart-tracker.ts';
import { setups } from './setups.ts';
import { openSessionWriter, type SessionWriter } from '../recording/session-writer.ts';

/**
 * Saves what an engine still holds of the containers that have run since then, those that have ended meanwhile too: their
 * logs as a recording, one container after the other, and the engine's events (it remembers the last 256) beside it. All of it keeps the engine's times.
 */
export async function fetchPast(engine: DockerEngine, request: PastRequest): Promise<PastFetched> {
  const found = await probe(engine.endpoint);
  if (!found.ok) throw new Error(`No Docker Engine: ${found.reason}\n${found.remedy}`);
  const client = dockerClient(engine.endpoint);
  try {
    const { since, until } = request;
    const theirs = { ...request, since: since + found.offset, until: until + found.offset };
    return await fetchAll(engine.id, client, theirs);
  } finally {
    client.close();
  }
}

async function fetchAll(source: string, client: DockerClient, request: PastRequest): Promise<PastFetched> {
  const isWanted = wanted(request.config.containers, undefined);
  const there = parseList(await client.call('/containers/json?all=1')).filter(isWanted);
  const writer = openSessionWriter({ dir: request.dir });
  const unread: { container: string; reason: string }[] = [];
  let read = 0;
  for (const listed of there) {
    const container = identityOf(source, identity(listed.name, listed.labels));
    try {
      if (await fetchLog(listed, { source, container }, writer, client, request)) read += 1;
    } catch (error) {
      unread.push({ container, reason: reasonOf(error) });
    }
  }
  if (source === LOCAL_DOCKER) await fetchEvents(client, request);
  else writer.write(await eventsOf(source, client, request));
  writer.close();
  return { containers: read, unread };
}

/** Whether it has run since then, and so was read. */
async function fetchLog(
  { id, image, labels, running }: Listed,
  { source, container }: Pick<Origin, 'source' | 'container'>,
  writer: SessionWriter,
  client: DockerClient,
  { since, signal, onContainer }: PastRequest,
): Promise<boolean> {
  const { tty, finishedAt } = parseInspected(await client.call(`/containers/${id}/json`));
  if (!running && finishedAt < since) return false;
  onContainer(container);
  const origins = (['stdout', 'stderr'] as const).map((stream): Origin => {
    return { id, source, container, stream, labels, image };
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

/** The events as they are: a replay takes them for those of this host's engine. */
async function fetchEvents(client: DockerClient, request: PastRequest): Promise<void> {
  await pipeline(await events(client, request), createWriteStream(join(request.dir, 'events.jsonl')));
}

/** Restarts and states of containers that the events of another engine tell of, in order of time. */
async function eventsOf(
  source: string,
  client: DockerClient,
  request: PastRequest,
): Promise<readonly (RestartObservation | Setup)[]> {
  const setup = setups(source);
  const tracker = restartTracker({ source, count: request.config.restarts.count });
  const found: (RestartObservation | Setup)[] = [];
  for (const line of (await text(await events(client, request))).split('\n')) {
    const event = parseEvent(line);
    if (event === undefined) continue;
    const made = setup.event(event);
    found.push(...(made === undefined ? [] : [made]), ...tracker.event(event));
  }
  return [...found, ...tracker.due(Infinity)].sort((a, b) => a.at - b.at);
}

function events(client: DockerClient, { since, until, signal }: PastRequest): Promise<IncomingMessage> {
  const query = {
    since: String(Math.floor(since / 1_000)),
    until: String(Math.ceil(until / 1_000)),
    filters: JSON.stringify({ type: ['container'] }),
  };
  return client.stream('/events', query, signal);
}
