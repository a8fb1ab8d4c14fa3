import type { Config } from '../../config/config.ts';
import type { Classifier } from '../../classify/classifier.ts';
import { type EntryState, newEntry } from '../../classify/entry.ts';
import { mergeByTime } from '../../streams/saved/merge.ts';
import { openSaved } from '../../streams/saved/open-saved.ts';
import { sessionNotes } from '../../streams/saved/session-notes.ts';
import { eachDockerLine } from './docker-lines.ts';
import { learner, type Summary } from './learned.ts';

/** Where lines are learned from: saved logs, or a container's own log from `since` (epoch milliseconds) on. */
export type LearnFrom =
  { readonly path: string } | { readonly container: string; readonly since: number | undefined };

/**
 * Judges all there is and counts it by message. Each stream of each container is judged as its own, as it is live.
 * Throws a UsageError for what cannot be read.
 */
export async function learn(from: LearnFrom, classifier: Classifier, config: Config): Promise<Summary> {
  const learned = learner();
  const entries = new Map<string, EntryState>();
  const judge = (
    text: string,
    at: number,
    container: string,
    stream: string,
    image: string | undefined,
  ): void => {
    const key = `${container} ${stream}`;
    const entry = entries.get(key) ?? newEntry();
    entries.set(key, entry);
    learned.see(text, at, container, classifier.explain(text, entry, container, at, image));
  };
  if ('container' in from) {
    await eachDockerLine(config, from.container, from.since, judge);
    return learned.summary();
  }
  const { streams } = await openSaved({
    paths: [from.path],
    restarts: config.restarts,
    notes: sessionNotes(),
  });
  try {
    for await (const batch of mergeByTime(streams))
      for (const item of batch) {
        if (item.type !== 'line') continue;
        const { container, stream, id, image } = item.origin;
        judge(item.text, item.at, container, `${id} ${stream}`, image);
      }
  } finally {
    await Promise.all(streams.map((stream) => stream.close()));
  }
  return learned.summary();
}
