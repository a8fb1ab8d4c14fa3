import { finalize, type Observable, repeat, tap, timer } from 'rxjs';
import { reasonText } from '../incidents/rules.ts';
import type { Step } from '../incidents/reducer-context.ts';
import type { Log } from '../log.ts';
import { gatherer } from '../history/gatherer.ts';
import { openHistory } from '../history/history-file.ts';
import type { Observer } from '../operators/observe.ts';
import type { SettableClock } from '../time/live-clock.ts';

/** How often the history is written, in milliseconds. What was gathered since is lost in a crash. */
const EVERY = 60_000;

/** The history of a daemon: what it has judged and decided, written beside the pipeline. None of it can throw. */
export interface History extends Observer {
  follow(step: Step): void;
  /** Writes once a minute for as long as it is subscribed to, and once more at its end. */
  readonly writing$: Observable<unknown>;
}

/** Opens the history in the state directory. A problem with its file is logged, and the daemon goes on without it. */
export function openDaemonHistory(stateDir: string, clock: SettableClock, log: Log): History {
  const gathered = gatherer();
  return {
    see: (batch) => gathered.see(batch, clock.now()),
    follow: ({ incidents }) => gathered.follow(incidents, ({ breaches }) => reasonText(breaches)),
    get writing$() {
      const file = openHistory(stateDir, clock.now(), log);
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
