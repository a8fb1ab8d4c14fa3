import { EMPTY } from 'rxjs';
import type { Config } from '../config/config.ts';
import { gatherer } from '../history/gatherer.ts';
import { openHistory } from '../history/history-file.ts';
import { loadMemory } from '../history/load-memory.ts';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { learner, type Learner } from '../learning/learner.ts';
import { emptyMemory } from '../learning/memory.ts';
import { SILENT } from '../log.ts';
import type { Judged } from '../model.ts';
import type { Observer } from '../operators/observe.ts';

/** The past of a replay: its own, from the files alone, or one that is kept in a directory. */
export interface Past extends Observer {
  follow(step: Step): void;
  /** Writes what is left, if a directory keeps it. */
  close(at: number): void;
}

/** How much event time is gathered before it is written, in milliseconds: a replay that is cut off is begun anew. */
const GATHERED = 10 * 60_000;

/** Time is that of what is replayed. A history in `dir` is read at the first item and written every ten minutes of event time. */
export function openPast(dir: string | undefined, { learning }: Config): Past {
  let comparing: Learner | undefined;
  const kept = dir === undefined ? undefined : keeping(dir);
  let now = -Infinity;
  return {
    see(item) {
      now = Math.max(now, item.at);
      comparing ??= learner(dir === undefined ? emptyMemory() : loadMemory(dir, now), () => learning);
      const found = comparing.see(item, now);
      kept?.see(item, now);
      for (const note of found) if (note.type === 'note') kept?.see(note, now);
      return found;
    },
    found$: EMPTY,
    follow: (step) => kept?.follow(step),
    close: (at) => kept?.close(at),
  };
}

function keeping(dir: string) {
  const gathered = gatherer();
  let file: ReturnType<typeof openHistory> | undefined;
  let writtenAt = -Infinity;
  return {
    see(item: Judged, now: number): void {
      gathered.see([item], now);
      if (now - writtenAt < GATHERED) return;
      write(now);
    },
    follow: ({ incidents }: Step) => gathered.follow(incidents, ({ breaches }) => reasonText(breaches)),
    close(at: number): void {
      write(at);
      file?.close();
    },
  };

  function write(at: number): void {
    file ??= openHistory(dir, at, SILENT);
    file.write(gathered.take(), at);
    const problem = file.problem();
    if (problem !== '') throw new Error(`--history ${dir}: ${problem}`);
    writtenAt = at;
  }
}
