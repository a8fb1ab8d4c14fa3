import { ignoreElements, lastValueFrom, map, merge, Subject, takeUntil, tap, timer } from 'rxjs';
import type { Config } from '../config/config.ts';
import { openControl } from '../control/open-control.ts';
import { openView } from '../control/open-view.ts';
import { controlSocket, VIEW_SOCKET } from '../control/socket-path.ts';
import { boot } from '../incidents/boot.ts';
import { policyOf } from '../incidents/policy.ts';
import { setBackBy } from '../incidents/rebase.ts';
import { initial } from '../incidents/state.ts';
import type { Control } from '../model.ts';
import { createEntryStore } from '../operators/classify.ts';
import { RollingWindow } from '../operators/rolling-window.ts';
import { notifySystemd } from '../systemd/notify-systemd.ts';
import { progress } from '../systemd/progress.ts';
import { statusLine } from '../systemd/status-line.ts';
import { EXIT } from '../usage.ts';
import { banner } from './banner.ts';
import { daemonEffects } from './daemon-effects.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { digests } from './digests.ts';
import { answers, enginesOf } from './engine-at-start.ts';
import { fleetMember } from './fleet.ts';
import { openDaemonHistory } from './history.ts';
import { housekeeping } from './housekeeping.ts';
import { lineRates } from './line-rates.ts';
import { openWorld, type World } from './open-world.ts';
import { operations } from './operations.ts';
import { type Carried, pipelineRun } from './pipeline-run.ts';
import { pipelineRuns } from './pipeline-runs.ts';
import { withLimits } from './reload.ts';
import { healInProgress } from './restore.ts';
import { standingIn } from './standing-in.ts';
import { statusOf } from './status-of.ts';
import { stopping } from './stopping.ts';
import { viewable } from './viewable.ts';

const SYSTEMD_STATUS = 10_000;

/** Runs until SIGINT or SIGTERM and resolves with the exit code. The one place that subscribes to the pipeline. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const { config, stateDir, dryRun } = options;
  const engines = enginesOf(config);
  if (options.requireDocker && !(await answers(engines))) return EXIT.fault;

  const world = await openWorld(config, stateDir, dryRun);
  const { clock, log, store, restored } = world;
  const startedAt = clock.now();
  const stillRunning = healInProgress(restored);
  const effects = daemonEffects(
    options,
    world,
    standingIn(() => runs.current().state().core),
  );
  const commands$ = new Subject<Control>();
  const history = openDaemonHistory(stateDir, () => runs.config().learning, clock, log);
  const fleet = fleetMember(options, world, () => status());
  const runs = pipelineRuns(
    (settings, carried) =>
      pipelineRun({
        config: settings,
        carried,
        store,
        channelsOf: effects.channelsOf,
        everyLine: options.record !== undefined,
        seen: effects.recording.seen,
        history,
        fleet,
        outcomes$: effects.outcomes$,
        commands$,
        effects,
        clock,
        log,
      }),
    config,
    carriedFrom(world, config, startedAt, stillRunning !== undefined),
  );

  let loadedAt = startedAt;
  const rates = lineRates();
  const status = () =>
    statusOf({
      at: clock.now(),
      startedAt,
      loadedAt,
      configFile: options.configFile,
      dryRun,
      starts: store.starts.length,
      policy: runs.current().policy,
      sources: runs.current().sources(),
      rates,
      carried: runs.current().state(),
      effects: effects.recent(),
      queue: effects.status(),
      channels: effects.channels(),
      store: { dir: stateDir, ...store.health() },
    });
  const going = progress(() => store.health(), clock);
  const systemd = notifySystemd({
    status$: timer(0, SYSTEMD_STATUS, clock).pipe(map(() => statusLine(status()))),
    trouble: going.trouble,
    clock,
    log,
  });
  const stops = stopping({ systemd, runs, effects, log });
  const control = await openControl(
    () => controlSocket(stateDir, dryRun),
    operations({
      stateDir,
      config: runs.config,
      load: options.load,
      status,
      command: (command) => {
        commands$.next(command);
        runs.current().checkpoint();
      },
      ready: () => (stops.isStopping() ? 'the daemon is stopping' : effects.isQuiet()),
      reconfigure: (settings) => {
        effects.replace(settings);
        runs.replace(settings);
        log.level = settings.log.level;
        loadedAt = clock.now();
        history.changed('the settings of quantum-realtime were loaded again');
        effects.resume();
      },
      clock,
      log,
    }),
    log,
  );

  const views = viewable({ status, runs, store, clock });
  const shown = await openView(() => controlSocket(stateDir, dryRun, process.env, VIEW_SOCKET), views, log);

  const ended$ = new Subject<void>();
  const steps$ = runs.steps$.pipe(
    tap({ next: ({ state }) => going.evaluated(state), complete: () => ended$.next() }),
    tap(views.stepped),
  );
  const beside$ = merge(
    housekeeping({ world, stateDir, runs, rates, status, going, commands$ }),
    effects.running$,
    effects.outcomes$.pipe(tap(history.heard)),
    history.writing$,
    ...(dryRun ? [] : [digests({ stateDir, config: runs.config, store, effects, clock, log })]),
    fleet.running$,
    stops.signals$,
  );
  try {
    const ended = lastValueFrom(merge(beside$.pipe(ignoreElements(), takeUntil(ended$)), steps$), {
      defaultValue: undefined,
    });
    // Only now, since whoever reads this may stop the daemon at once.
    log.info(
      banner(config, { stateDir, dryRun, sources: runs.current().sources() }),
      'quantum-realtime started',
    );
    if (effects.channels().length === 0 && !dryRun)
      log.warn('no webhook is configured: nobody is told of incidents (QT_ALERT_WEBHOOK)');
    effects.resume();
    if (stillRunning !== undefined) effects.adopt(stillRunning);
    await ended;
    return EXIT.fine;
  } catch (error) {
    log.fatal({ err: error }, 'the pipeline failed; this is a fault of the program');
    effects.stop();
    return EXIT.fault;
  } finally {
    effects.recording.close();
    systemd.stopping('stopped');
    await control?.close();
    await shown?.close();
    await world.close();
    log.info('stopped');
  }
}

/** Where an earlier process left off, prepared for a start now; careful where its state was lost. */
function carriedFrom(
  { restored, store, paused, log }: World,
  config: Config,
  at: number,
  healRuns: boolean,
): Carried {
  const { positions, core } = restored;
  const window = new RollingWindow({ length: config.window }, restored.window);
  const by = core === undefined ? 0 : setBackBy(core, at);
  if (by !== 0) {
    log.warn({ by }, 'the clock has been set back since the last run; what is stored is moved back with it');
    window.rebase(by);
  }
  return {
    positions,
    entries: createEntryStore(restored.entries),
    window,
    core:
      core === undefined
        ? { ...initial(config, at, store.freshBecause !== undefined), pausedUntil: paused }
        : withLimits(boot(core, at, healRuns, paused), policyOf(config)),
  };
}
