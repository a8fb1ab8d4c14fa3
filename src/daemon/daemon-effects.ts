import { merge, type Observable, tap } from 'rxjs';
import type { Standing } from '../sinks/alert/routing/page-unattended.ts';
import { withinReach } from '../sinks/outbox.ts';
import type { EffectTaker } from '../operators/perform.ts';
import { storedOutbox } from '../state/outbox.ts';
import type { DaemonOptions } from './daemon-options.ts';
import type { World } from './open-world.ts';
import { dryPerformer, realPerformer } from './effect-performer.ts';
import { type Performers, performers } from './performers.ts';
import { type RecentEffect, recentEffects } from './recent-effects.ts';
import { type Recorder, recorder } from './recorder.ts';
import { restartOn } from './restart-on.ts';

/** Everything the daemon does with effects: performs them, or in a dry run logs them, keeps the latest, records them. */
export interface DaemonEffects extends Omit<Performers, 'submit'>, EffectTaker {
  /** The latest effects, oldest first. */
  readonly recent: () => readonly RecentEffect[];
  readonly recording: Recorder;
  /** Keeps and records outcomes while it is subscribed to. */
  readonly running$: Observable<unknown>;
}

/** The effects of a daemon under its first configuration; `replace` goes over to another one. */
export function daemonEffects(
  { config, dryRun, record }: Pick<DaemonOptions, 'config' | 'dryRun' | 'record'>,
  { clock, log, store }: World,
  standing: Standing,
): DaemonEffects {
  const performing = performers(config, (settings) =>
    dryRun
      ? dryPerformer({ config: settings, clock, log })
      : realPerformer({
          config: settings,
          outbox: withinReach(storedOutbox(store), clock),
          clock,
          log,
          healStarted: (healProcess) => store.commit({ healProcess }),
          restart: restartOn(settings),
          standing,
        }),
  );
  const recent = recentEffects();
  const recording = recorder(record, performing.outcomes$, clock, log);
  return {
    ...performing,
    submit: (effect) => {
      recent.asked([effect]);
      recording.asked([effect]);
      performing.submit(effect);
    },
    recent: recent.list,
    recording,
    running$: merge(performing.outcomes$.pipe(tap(recent.heard)), recording.running$),
  };
}
