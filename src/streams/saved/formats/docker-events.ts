import { basename } from 'node:path';
import { parseEvent } from '../../docker/events.ts';
import { LOCAL_DOCKER, type Setup } from '../../../model.ts';
import { type RestartObservation, restartTracker } from '../../docker/restart-tracker.ts';
import { setups } from '../../docker/setups.ts';
import { parseObject } from '../json-object.ts';
import type { SavedStream } from '../merge.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import { reasonOf } from '../saved-lines.ts';
import { isPlausible } from '../stamp-keeper.ts';

/** A start is explained a moment after it happened; findings wait this long (ms) so that they stay in order. */
const SETTLED = 1_000;

/**
 * Docker's `/events` objects as saved verbatim, a line each: the restarts and the states of containers they tell of. What
 * is no object (a line cut off) is counted and noted. They give no other file its start: Docker remembers events from long
 * before anything was logged.
 */
export const dockerEvents: SavedFormat = {
  name: 'Docker events',
  looksLike(lines) {
    const first = lines.find((line) => line !== '');
    return first?.startsWith('{') === true && /"Action"\s*:/.test(first) && /"timeNano"\s*:/.test(first);
  },
  firstStamp: () => undefined,
  open: (reading) => [eventStream(reading)],
};

function eventStream({ file, restarts: { count }, notes }: Reading): SavedStream {
  const tracker = restartTracker({ count });
  const setup = setups(LOCAL_DOCKER);
  let held: (RestartObservation | Setup)[] = [];
  let ended = false;
  let read = 0;
  let broken = 0;
  const release = (until: number): readonly (RestartObservation | Setup)[] => {
    held.sort((a, b) => a.at - b.at);
    const ready = held.filter(({ at }) => at <= until);
    held = held.slice(ready.length);
    return ready;
  };
  return {
    name: basename(file.path),
    async read() {
      if (ended) return undefined;
      const lines = await next();
      read += lines?.length ?? 0;
      let latest = 0;
      for (const text of lines ?? []) {
        const event = parseEvent(text);
        if (event === undefined && text !== '' && parseObject(text) === undefined) broken += 1;
        if (event === undefined || !isPlausible(event.at)) continue;
        latest = Math.max(latest, event.at);
        const made = setup.event(event);
        held.push(...(made === undefined ? [] : [made]), ...tracker.event(event));
      }
      if (lines !== undefined) return release(latest - SETTLED);
      ended = true;
      if (broken > 0) notes.skip(file.path, `${broken} of its lines are no events; the others were read`);
      held.push(...tracker.due(Infinity));
      return release(Infinity);
    },
    close: () => file.close(),
  };

  async function next(): Promise<readonly string[] | undefined> {
    try {
      return await file.read();
    } catch (error) {
      notes.skip(file.path, `all after line ${read}: ${reasonOf(error)}`);
      return undefined;
    }
  }
}
