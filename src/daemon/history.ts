import { uptime } from 'node:os';
import { finalize, map, merge, type Observable, repeat, Subject, tap, timer } from 'rxjs';
import type { LearningConfig } from '../config/config.ts';
import { gatherer } from '../history/gatherer.ts';
import { openHistory } from '../history/history-file.ts';
import { loadMemory } from '../history/load-memory.ts';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { learner } from '../learning/learner.ts';
import { emptyMemory, type Memory } from '../learning/memory.ts';
import type { Log } from '../log.ts';
import { type Evidence, HOST, type Note } from '../model.ts';
import type { Observer } from '../operators/observe.ts';
import type { SettableClock } from '../time/live-clock.ts';

/** How often the history is written, in milliseconds. What was gathered since is lost in a crash. */
const EVERY = 60_000;

/** How often it is looked whether time has passed without a line. */
const LOOK = 10_000;

/** A host that has been up for less than this at our start (milliseconds) was started just now. */
const JUST_BOOTED = 15 * 60_000;

/** The history of a daemon: what it has judged and decided, compared with the past and written beside the pipeline. */
export interface History extends Observer {
  follow(step: Step): void;
  /** Tells of a change of the host that no source can know of: what an incident `began 40 s after`. */
  changed(text: string): void;
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
  const changes: Note[] = [];
  const upFor = Math.round(uptime() * 1_000);
  if (upFor < JUST_BOOTED) changes.push(hostChange(clock.now() - upFor, 'the host was started'));
  changes.push(hostChange(clock.now(), 'quantum-realtime was started'));
  const changed$ = new Subject<void>();

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
      return merge(timer(LOOK, clock).pipe(repeat()), changed$).pipe(
        map(() => kept([...changes.splice(0), ...learning.advance(clock.now())])),
      );
    },
    changed(text) {
      changes.push(hostChange(clock.now(), text));
      changed$.next();
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

function hostChange(at: number, text: string): Note {
  return { type: 'note', at, source: HOST, container: '', sign: 'change', text };
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
