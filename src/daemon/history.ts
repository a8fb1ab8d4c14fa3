import { finalize, map, type Observable, repeat, tap, timer } from 'rxjs';
import type { LearningConfig } from '../config/config.ts';
import { gatherer } from '../history/gatherer.ts';
import { openHistory } from '../history/history-file.ts';
import { loadMemory } from '../history/load-memory.ts';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { learner } from '../learning/learner.ts';
import { emptyMemory, type Memory } from '../learning/memory.ts';
import type { Log } from '../log.ts';
import type { Evidence } from '../model.ts';
import type { Observer } from '../operators/observe.ts';
import type { SettableClock } from '../time/live-clock.ts';

/** How often the history is written, in milliseconds. What was gathered since is lost in a crash. */
const EVERY = 60_000;

/** How often it is looked whether time has passed without a line. */
const LOOK = 10_000;

/** The history of a daemon: what it has judged and decided, compared with the past and written beside the pipeline. */
export interface History extends Observer {
  follow(step: Step): void;
  /** Writes once a minute for as long as it is subscribed to, and once more at its end. */
  readonly writing$: Observable<unknown>;
}

/** Opens the history in the state directory. A problem with its file is logged, and the daemon goes on without it. */
export function openDaemonHistory(
  stateDir: string,
  settings: () => LearningConfig,
  clock: SettableClock,
  log: Log,
): History {
  const gathered = gatherer();
  const file = openHistory(stateDir, clock.now(), log);
  const memory = file.problem() === '' ? memoryOf(stateDir, clock.now(), log) : emptyMemory();
  const learning = learner(memory, settings);

  function kept(found: readonly Evidence[]): readonly Evidence[] {
    for (const note of found) {
      if (note.type !== 'note') continue;
      gathered.see([note], clock.now());
      log.info({ container: note.container, found: note.sign }, note.text);
    }
    return found;
  }

  return {
    see: (item) => {
      const now = clock.now();
      gathered.see([item], now);
      return kept(learning.see(item, now));
    },
    get found$() {
      return timer(LOOK, clock).pipe(
        repeat(),
        map(() => kept(learning.advance(clock.now()))),
      );
    },
    follow: ({ incidents }) => gathered.follow(incidents, ({ breaches }) => reasonText(breaches)),
    get writing$() {
      const write = (): void => file.write(gathered.take(), clock.now());
      return timer(EVERY, clock).pipe(
        repeat(),
        tap(write),
        finalize(() => {
          write();
          file.close();
        }),
      );
    },
  };
}

function memoryOf(dir: string, now: number, log: Log): Memory {
  try {
    return loadMemory(dir, now);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log.warn({ problem }, 'the history cannot be read; what is usual is learned anew');
    return emptyMemory();
  }
}
