import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { identityOf, type Observation, type Origin } from '../../model.ts';
import { openSessionWriter, type SessionWriter } from '../recording/session-writer.ts';
import { openSaved } from '../saved/open-saved.ts';
import { mergeByTime } from '../saved/merge.ts';
import { reasonOf } from '../saved/saved-lines.ts';
import { sessionNotes } from '../saved/session-notes.ts';
import type { PastFetched, PastRequest } from '../source.ts';
import { fileSystemOf } from './file-system.ts';
import { findFiles, type PathPattern } from './find-files.ts';
import { isRotationOf } from './find-rest.ts';
import { FILES } from './file-set.ts';
import { ownFiles } from './own-files.ts';

/** One group of the settings, its paths understood. */
export interface PastGroup {
  readonly name: string;
  readonly patterns: readonly PathPattern[];
  readonly excluded: (path: string) => boolean;
}

/**
 * Saves what groups of files hold since a moment, as a recording: the files that match now and those rotated beside them,
 * compressed or not. A file without times cannot tell what is that old, and is left out with the reason.
 */
export async function fetchPast(groups: readonly PastGroup[], request: PastRequest): Promise<PastFetched> {
  const writer = openSessionWriter({ dir: request.dir });
  const unread: PastFetched['unread'][number][] = [];
  let containers = 0;
  for (const group of groups) {
    const container = identityOf(FILES, group.name);
    request.onContainer(container);
    try {
      const skipped = await fetchGroup(container, await pathsOf(group, request.config), writer, request);
      unread.push(...skipped.map(({ path, reason }) => ({ container, reason: `${path}: ${reason}` })));
      containers += 1;
    } catch (error) {
      unread.push({ container, reason: reasonOf(error) });
    }
  }
  writer.close();
  return { containers, unread };
}

/** The files that match, and those beside them that are named as if they had been rotated. */
async function pathsOf({ patterns, excluded }: PastGroup, config: Config): Promise<readonly string[]> {
  const isOwn = ownFiles(config);
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const disk = await fileSystemOf(pattern.base);
    for (const { path } of (await findFiles([pattern], excluded, disk)).files) {
      const folder = dirname(path);
      for (const name of await disk.list(folder))
        if (isRotationOf(name, path) && !excluded(`${folder}/${name}`)) paths.add(`${folder}/${name}`);
      paths.add(path);
    }
  }
  return [...paths].filter((path) => !isOwn(path)).sort();
}

async function fetchGroup(
  container: string,
  paths: readonly string[],
  writer: SessionWriter,
  { config, since, until }: PastRequest,
): Promise<readonly { readonly path: string; readonly reason: string }[]> {
  if (paths.length === 0) throw new Error('no file matches its paths');
  const notes = sessionNotes();
  const origin: Origin = { id: container, source: FILES, container, stream: 'stdout', labels: {} };
  const session = await openSaved({ paths, restarts: config.restarts, notes });
  try {
    for await (const batch of mergeByTime(session.streams))
      writer.write(linesOf(batch, origin, since, until));
  } finally {
    await Promise.all(session.streams.map((stream) => stream.close()));
  }
  return notes.skipped;
}

function linesOf(
  batch: readonly Observation[],
  origin: Origin,
  since: number,
  until: number,
): readonly Observation[] {
  return batch.flatMap((item) =>
    item.type === 'line' && item.at >= since && item.at <= until ? [{ ...item, origin }] : [],
  );
}
