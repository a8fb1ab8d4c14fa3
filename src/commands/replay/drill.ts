import { asyncScheduler, filter, firstValueFrom } from 'rxjs';
import { canHeal } from '../../config/can-heal.ts';
import type { Config } from '../../config/config.ts';
import type { Effect, Outcome } from '../../model.ts';
import type { AlertChannel, Message } from '../../sinks/alert/alert-channel.ts';
import { alertChannels } from '../../sinks/alert/alert-channels.ts';
import { routingOf } from '../../sinks/alert/routing/routing.ts';
import { httpClient } from '../../sinks/alert/http-client.ts';
import { healAction } from '../../sinks/heal/actions/registry.ts';
import { configuredHeal } from '../../sinks/heal/configured-heal.ts';
import type { HealSink } from '../../sinks/heal/heal-sink.ts';
import { memoryQueue } from '../../sinks/memory-queue.ts';
import { markdownReport } from '../../sinks/report/report-sink.ts';
import type { Log } from '../../log.ts';
import { engineEndpoints } from '../../streams/docker/engines.ts';
import { restartContainers } from '../../streams/docker/restart-containers.ts';

/** Effects performed for real while old logs are replayed, each of them marked as a drill. */
export interface Drill {
  /** What will be done, and where, as text for people. */
  readonly announcement: string;
  readonly perform: (effect: Effect) => Promise<Outcome>;
  /** How many effects have not succeeded so far. */
  readonly failures: () => number;
  /** Ends at once what is still under way. */
  readonly stop: () => Promise<void>;
}

/** How long a drill tries to reach a receiver, in milliseconds. */
const DEADLINE = 60_000;
const NOTICE = '🧪 **DRILL - this is a replay of saved logs. Nothing of it is happening now.**';

/**
 * Opens the configured channels, report folder and heal. `started` (epoch milliseconds) becomes part of the ids, so
 * that no drill is mistaken for the incident it replays, nor for another drill. `tell` gets a line for the outcome of
 * every effect, and for every attempt that has to be repeated.
 */
export function openDrill(config: Config, started: number, tell: (line: string) => void): Drill {
  const dispatcher = httpClient(config.alerts);
  const channels = alertChannels(config.alerts, dispatcher).map(marked);
  const performer = memoryQueue({
    alert: {
      channels,
      // A drill waits for the end of every message, and so for no quiet hours.
      routing: { ...routingOf(config), quietUntil: () => undefined, groupWait: () => 0 },
      name: config.name,
      deadline: Math.min(config.alerts.deadline, DEADLINE),
    },
    report: markdownReport(config.report),
    heal: healOf(config),
    clock: asyncScheduler,
    log: troubleOnly(tell),
  });
  let failures = 0;
  const prefix = `drill-${new Date(started).toISOString().replace(/[-:]|\.\d+/g, '')}-`;
  return {
    announcement: announce(config, channels),
    async perform(effect) {
      const drill = asDrill(effect, prefix);
      const ended = firstValueFrom(
        performer.outcomes$.pipe(filter((outcome) => outcome.effect === drill.id)),
      );
      performer.submit(drill);
      const outcome = await ended;
      if (!outcome.ok) failures += 1;
      tell(`DRILL: ${effect.kind} (${effect.part}) ${outcome.ok ? 'done' : 'FAILED'}: ${outcome.detail}`);
      return { ...outcome, effect: effect.id };
    },
    failures: () => failures,
    async stop() {
      await performer.stop(0);
      await dispatcher.destroy();
    },
  };
}

/** The same effect under the id of a drill, with every text that is shown saying so. */
export function asDrill(effect: Effect, prefix: string): Effect {
  const { story } = effect;
  const heals = story.heals.map((heal) => ({ ...heal, id: prefix + heal.id }));
  const reason = `DRILL: ${story.reason}`;
  return {
    ...effect,
    id: prefix + effect.id,
    story: { ...story, incident: prefix + story.incident, reason, heals },
  };
}

/** A log that passes on problems only: successes are among the outcomes. */
function troubleOnly(tell: (line: string) => void): Log {
  const say = (fields: object, message: string): void => {
    const channel = 'channel' in fields && typeof fields.channel === 'string' ? `${fields.channel}: ` : '';
    const detail = 'detail' in fields && typeof fields.detail === 'string' ? `: ${fields.detail}` : '';
    tell(`DRILL: ${channel}${message}${detail}`);
  };
  return { info: () => undefined, warn: say, error: say };
}

function marked(channel: AlertChannel): AlertChannel {
  return { ...channel, send: (message) => channel.send(withNotice(message)) };
}

function withNotice(message: Message): Message {
  const { opened } = message;
  return {
    ...message,
    title: `DRILL: ${message.title}`,
    head: `${NOTICE}\n\n${message.head}`,
    ...(opened === undefined ? {} : { opened: { ...opened, message: withNotice(opened.message) } }),
  };
}

/** The heal of a drill, which recognizes one by `QUANTUM_REALTIME_DRILL=1`. */
function healOf(config: Config): HealSink | undefined {
  const { heal, alerts } = config;
  const drill = { ...heal, env: { ...heal.env, QUANTUM_REALTIME_DRILL: '1' } };
  return configuredHeal(
    { heal: drill, alerts },
    {
      clock: asyncScheduler,
      env: process.env,
      restart: (container) => restartContainers(engineEndpoints(config), container),
    },
  );
}

function announce({ heal, report }: Config, channels: readonly AlertChannel[]): string {
  const names = channels.map(({ name }) => name).join(', ');
  const run = canHeal(heal) ? healAction(heal).describe(heal) : 'no heal is configured';
  return [
    'DRILL: effects are performed for real, each marked as a drill',
    `  alerts: ${names === '' ? 'no channel is configured' : names}`,
    `  reports: ${report.dir}`,
    `  heal: ${heal.dryRun ? 'a dry run' : run}`,
  ].join('\n');
}
