import { mergeMap, type Observable, Subject } from 'rxjs';
import type { Config } from '../config/config.ts';
import type { Effect, Outcome } from '../model.ts';
import type { HealProcess } from '../sinks/heal/heal-sink.ts';
import type { EffectQueueStatus } from '../sinks/effect-queue.ts';
import type { EffectPerformer } from './effect-performer.ts';

/** The performer of the present configuration, and those of earlier ones whose heal still runs. */
export interface Performers {
  /** Outcomes of all of them; completes once every one has stopped. */
  readonly outcomes$: Observable<Outcome>;
  readonly submit: (effect: Effect) => void;
  readonly resume: () => void;
  readonly adopt: (process: HealProcess) => void;
  readonly channels: () => readonly string[];
  /** Names of the channels that an effect is owed to. */
  readonly channelsOf: (effect: Effect) => readonly string[];
  readonly status: () => EffectQueueStatus;
  /** Whether no attempt is under way and no heal waits to be started, so that they may be replaced. A heal may run. */
  readonly isQuiet: () => boolean;
  /** The next one takes over; what the last has begun, it ends. Only while `isQuiet`. Throws before anything changes. */
  readonly replace: (config: Config) => void;
  /** Starts nothing new. Called again, it ends everything at once. */
  readonly stop: () => void;
}

/** What a stop leaves the effect in progress beyond a heal's own time, in milliseconds. */
const STOP_MARGIN = 10_000;

export function performers(config: Config, make: (config: Config) => EffectPerformer): Performers {
  const started = new Subject<EffectPerformer>();
  const outcomes = new Subject<Outcome>();
  const draining = new Set<EffectPerformer>();
  started.pipe(mergeMap(({ outcomes$ }) => outcomes$)).subscribe(outcomes);
  let current = start(config);
  let grace = graceOf(config);
  let stopping = false;

  return {
    outcomes$: outcomes.asObservable(),
    submit: (effect) => current.submit(effect),
    resume: () => current.resume(),
    adopt: (process) => current.adopt(process),
    channels: () => current.channels,
    channelsOf: (effect) => current.channelsOf(effect),
    status: () => {
      const running = [...draining, current].map((performer) => performer.status().runningHeal);
      return { ...current.status(), runningHeal: running.find((heal) => heal !== undefined) };
    },
    isQuiet: () => {
      const { queued, waitingHeals } = current.status();
      return queued === 0 && waitingHeals === 0;
    },
    replace: (next) => {
      const former = current;
      current = start(next);
      draining.add(former);
      void former.stop(grace).then(() => draining.delete(former));
      grace = graceOf(next);
    },
    stop: () => {
      if (stopping) for (const performer of draining) void performer.stop(0);
      stopping = true;
      void current.stop(grace);
      started.complete();
    },
  };

  function start(next: Config): EffectPerformer {
    const performer = make(next);
    started.next(performer);
    return performer;
  }
}

function graceOf({ heal }: Config): number {
  return heal.timeout + heal.killGrace + STOP_MARGIN;
}
