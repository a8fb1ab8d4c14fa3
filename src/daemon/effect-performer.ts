import { observeOn, Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Effect, Outcome } from '../model.ts';
import { alertChannels } from '../sinks/alert/alert-channels.ts';
import { httpClient } from '../sinks/alert/http-client.ts';
import type { Standing } from '../sinks/alert/routing/page-unattended.ts';
import { routingOf } from '../sinks/alert/routing/routing.ts';
import { channelsOf } from '../sinks/outbox.ts';
import { describeEffect } from '../sinks/text/describe-effect.ts';
import { configuredHeal } from '../sinks/heal/configured-heal.ts';
import type { HealStarted } from '../sinks/heal/heal-sink.ts';
import type { Outbox } from '../state/delivery.ts';
import { reassignDeliveries } from './reassign-deliveries.ts';
import { effectQueue, type EffectQueue } from '../sinks/effect-queue.ts';
import { markdownReport } from '../sinks/report/report-sink.ts';

/** The part of a performer that the daemon needs, whether it acts or only says what it would do. */
export type EffectPerformer = Pick<
  EffectQueue,
  'submit' | 'outcomes$' | 'stop' | 'resume' | 'adopt' | 'status'
> & {
  readonly channels: readonly string[];
  /** Names of the channels that an effect is owed to. */
  readonly channelsOf: (effect: Effect) => readonly string[];
};

export interface PerformerParts {
  readonly config: Config;
  readonly outbox: Outbox;
  readonly clock: SchedulerLike;
  readonly log: Logger;
  readonly healStarted: HealStarted;
  /** Restarts the containers of one identity. */
  readonly restart: (container: string) => Promise<void>;
  readonly standing: Standing;
}

/** Performs effects for real: the configured channels, the report directory, the heal command. */
export function realPerformer(parts: PerformerParts): EffectPerformer {
  const { config, outbox, clock, log, healStarted, restart, standing } = parts;
  const dispatcher = httpClient(config.alerts);
  const channels = alertChannels(config.alerts, dispatcher);
  const routing = routingOf(config);
  reassignDeliveries(outbox, routing, clock.now());
  const performer = effectQueue({
    alert: {
      channels,
      routing,
      standing,
      name: config.name,
      deadline: config.alerts.deadline,
      updateInterval: config.incident.updateInterval,
    },
    report: markdownReport(config.report),
    heal: configuredHeal(config, { clock, restart, env: process.env }),
    outbox,
    clock,
    log,
    healStarted,
  });
  return {
    ...performer,
    channels: routing.channels,
    channelsOf: (effect) => channelsOf(effect, routing, outbox),
    stop: async (graceMs) => {
      await performer.stop(graceMs);
      await dispatcher.destroy();
    },
  };
}

/** Says in the log what would be sent, written and run, and takes it for done. */
export function dryPerformer({
  config,
  clock,
  log,
}: Pick<PerformerParts, 'config' | 'clock' | 'log'>): EffectPerformer {
  const outcomes = new Subject<Outcome>();
  const outcomes$: Observable<Outcome> = outcomes.pipe(observeOn(clock));
  return {
    channels: [],
    channelsOf: () => [],
    outcomes$,
    submit(effect) {
      // A text of several lines would be one string with \\n in it.
      const lines = describeEffect(effect, config).split('\n');
      log.info(
        { effect: effect.id, kind: effect.kind, would: lines.length === 1 ? lines[0] : lines },
        'dry run: not done',
      );
      outcomes.next(dryOutcome(effect, clock.now()));
    },
    resume: () => undefined,
    adopt: () => undefined,
    status: () => ({
      queued: 0,
      unsent: 0,
      dead: 0,
      runningHeal: undefined,
      waitingHeals: 0,
      disabledChannels: {},
      failingChannels: {},
    }),
    stop: () => {
      outcomes.complete();
      return Promise.resolve();
    },
  };
}

function dryOutcome({ id, kind }: Effect, at: number): Outcome {
  const outcome = { type: 'outcome', effect: id, kind, at, ok: true, detail: 'dry run' } as const;
  return kind === 'heal' ? { ...outcome, result: 'dry-run' } : outcome;
}
