import { isatty } from 'node:tty';
import { BehaviorSubject, concatMap, lastValueFrom, map, merge, repeat, Subject, tap, timer } from 'rxjs';
import type { Config } from '../config/config.ts';
import { openControl } from '../control/open-control.ts';
import { controlSocket } from '../control/socket-path.ts';
import { openLog } from './open-log.ts';
import type { Control } from '../model.ts';
import { createEntryStore } from '../operators/classify.ts';
import { boot } from '../incidents/boot.ts';
import { initial } from '../incidents/state.ts';
import { RollingWindow } from '../operators/rolling-window.ts';
import { claim } from '../state/instance.ts';
import { liveClock } from '../time/live-clock.ts';
import { storedOutbox } from '../state/outbox.ts';
import { openStore } from '../state/store.ts';
import { restartContainers } from '../streams/docker/restart-containers.ts';
import { notifySystemd } from '../systemd/notify-systemd.ts';
import { progress } from '../systemd/progress.ts';
import { statusLine } from '../systemd/status-line.ts';
import { EXIT } from '../usage.ts';
import { banner } from './banner.ts';
import { answers, endpointOf } from './engine-at-start.ts';
import { dryPerformer, realPerformer } from './effect-performer.ts';
import { effectGate } from './effect-gate.ts';
import { heartbeat, isReading } from './heartbeat.ts';
import { lineRates } from './line-rates.ts';
import { operations } from './operations.ts';
import { pausedUntil, pauseFile } from './pause-file.ts';
import { performers } from './performers.ts';
import { recentEffects } from './recent-effects.ts';
import { recorder, type RecordingOptions } from './recorder.ts';
import { withLimits } from './reload.ts';
import { healInProgress, restoredFrom } from './restore.ts';
import { type Carried, type Session, session } from './pipeline-run.ts';
import { statusOf } from './status-of.ts';
import { stopSignals } from './stop-signals.ts';
import { summaries } from './summary.ts';

/** How the daemon is to run, beside its settings. */
export interface DaemonOptions {
  readonly config: Config;
  readonly configFile?: string | undefined;
  /** Reads the settings again, for a reload. Throws a ConfigError. */
  readonly load: () => Promise<Config>;
  readonly stateDir: string;
  /** Says what it would do, and does nothing of it; writes no report. */
  readonly dryRun: boolean;
  /** Ends with exit code 1 if no engine answers at the start. */
  readonly requireDocker: boolean;
  /** Also saves what is seen and what becomes of effects. */
  readonly record?: RecordingOptions | undefined;
}

/** Cursors and counts are stored this often, in milliseconds. Source: incidents.md §4. */
const CHECKPOINT = 1_000;
const RATE_SAMPLE = 10_000;
const SYSTEMD_STATUS = 10_000;

/** Runs until SIGINT or SIGTERM and resolves with the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const { config, stateDir, dryRun } = options;
  const endpoint = endpointOf(config);
  if (options.requireDocker && !(await answers(endpoint))) return EXIT.fault;

  const claimed = await claim(stateDir);
  const log = await openLog(config, { pretty: isatty(2), file: !dryRun });
  const clock = liveClock((jump) => log.warn(jump, 'the wall clock was moved'));
  const store = openStore(stateDir, { now: () => clock.now(), log });
  const restored = restoredFrom(store);
  const startedAt = clock.now();
  const stillRunning = healInProgress(restored);
  const paused = await pausedUntil(stateDir);

  const performing = performers(config, (settings) =>
    dryRun
      ? dryPerformer({ config: settings, clock, log })
      : realPerformer({
          config: settings,
          outbox: storedOutbox(store),
          clock,
          log,
          healStarted: (healProcess) => store.commit({ healProcess }),
          restart: (container) => restartContainers(endpoint, container),
        }),
  );
  const carryOut = effectGate(performing.submit, log);
  const effects = recentEffects();
  const recording = recorder(options.record, performing.outcomes$, clock, log);
  const commands$ = new Subject<Control>();
  const entries = createEntryStore(restored.entries);
  const window = new RollingWindow({ length: config.window }, restored.window);

  const begin = (settings: Config, carried: Carried): Session =>
    session({
      config: settings,
      carried,
      endpoint,
      store,
      channels: performing.channels(),
      everyLine: options.record !== undefined,
      seen: recording.seen,
      outcomes$: performing.outcomes$,
      controls$: commands$,
      perform: (step, durable) => {
        effects.asked(step.effects);
        recording.asked(step.effects);
        carryOut(step, durable);
      },
      clock,
      log,
    });
  const sessions$ = new BehaviorSubject(
    begin(config, {
      follow: restored.follow,
      entries,
      window,
      core:
        restored.core === undefined
          ? { ...initial(config, startedAt, store.freshBecause !== undefined), pausedUntil: paused }
          : withLimits(boot(restored.core, startedAt, stillRunning !== undefined, paused), config),
    }),
  );
  let loadedAt = startedAt;
  let stops = 0;
  const rates = lineRates();
  const status = () =>
    statusOf({
      at: clock.now(),
      startedAt,
      loadedAt,
      configFile: options.configFile,
      dryRun,
      starts: store.starts.length,
      config: sessions$.value.config,
      following: sessions$.value.following(),
      rates,
      judged: entries.stats,
      tally: window.tally(clock.now()),
      core: sessions$.value.core(),
      effects: effects.list(),
      performer: performing.status(),
      channels: performing.channels(),
      store: { dir: stateDir, ...store.health() },
    });
  const control = await openControl(
    () => controlSocket(stateDir, dryRun),
    operations({
      stateDir,
      config: () => sessions$.value.config,
      load: options.load,
      status,
      command: (command) => {
        commands$.next(command);
        sessions$.value.save();
      },
      ready: () => (stops > 0 ? 'the daemon is stopping' : performing.isQuiet()),
      reconfigure: (settings) => {
        performing.replace(settings);
        const carried = sessions$.value.leave(false);
        sessions$.next(begin(settings, { ...carried, core: withLimits(carried.core, settings) }));
        log.level = settings.log.level;
        loadedAt = clock.now();
        performing.resume();
      },
      clock,
      log,
    }),
    log,
  );

  const stopping$ = stopSignals().pipe(
    tap((signal) => {
      stops += 1;
      const how = stops === 1 ? 'stopping; what is in progress is given its time' : 'stopping at once';
      log.info({ signal }, how);
      if (stops === 1) {
        systemd.stopping(`stopping (${signal}); what is in progress is given its time`);
        sessions$.value.leave(true);
        sessions$.complete();
      }
      performing.stop();
    }),
  );
  const beating$ = heartbeat({
    url: () => sessions$.value.config.heartbeatUrl,
    alive: () =>
      isReading(
        {
          engine: sessions$.value.following().connection.state,
          store: store.health(),
          trouble: going.trouble(),
        },
        clock.now(),
      ),
    clock,
    log,
  });

  const going = progress(() => store.health(), clock);
  const systemd = notifySystemd({
    status$: timer(0, SYSTEMD_STATUS, clock).pipe(map(() => statusLine(status()))),
    trouble: going.trouble,
    clock,
    log,
  });
  const helping = merge(
    timer(CHECKPOINT, clock).pipe(
      repeat(),
      tap(() => sessions$.value.save()),
    ),
    timer(0, RATE_SAMPLE, clock).pipe(tap(() => rates.sample(sessions$.value.following(), clock.now()))),
    pauseFile(stateDir, paused, clock).pipe(tap((command) => commands$.next(command))),
    performing.outcomes$.pipe(tap(effects.heard)),
    stopping$,
    summaries(status, clock, log),
    recording.running$,
    beating$,
  ).subscribe({ error: (error: unknown) => sessions$.error(error) });
  log.info(banner(config, { endpoint: endpoint.text, stateDir, dryRun }), 'quantum-realtime started');
  if (performing.channels().length === 0 && !dryRun)
    log.warn('no webhook is configured: nobody is told of incidents (QT_ALERT_WEBHOOK)');
  try {
    const steps$ = sessions$.pipe(concatMap((one) => one.steps$));
    const ended = lastValueFrom(steps$.pipe(tap(({ state }) => going.evaluated(state))), {
      defaultValue: undefined,
    });
    performing.resume();
    if (stillRunning !== undefined) performing.adopt(stillRunning);
    await ended;
    return EXIT.fine;
  } catch (error) {
    log.fatal({ err: error }, 'the pipeline failed; this is a fault of the program');
    performing.stop();
    return EXIT.fault;
  } finally {
    helping.unsubscribe();
    recording.close();
    systemd.stopping('stopped');
    await control?.close();
    store.close();
    await claimed.release();
    log.info('stopped');
  }
}
