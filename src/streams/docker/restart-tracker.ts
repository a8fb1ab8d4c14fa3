import { type ContainerStatus, identityOf, LOCAL_DOCKER, type RestartCause } from '../../model.ts';
import { type DockerEvent, labelsOf } from './events.ts';
import { identity } from './identity.ts';
import type { Inspected } from './inspected.ts';
import { restartCause, restartText, START_SLACK } from './restart-cause.ts';
import {
  exitCodeOf,
  isDown,
  initFromInspect,
  newRun,
  restartsBy,
  type ContainerRun,
  signal,
  status,
} from './container-run.ts';
import type { TrackerState } from './saved-position.ts';
import type { RestartObservation, RestartTracker, TrackerOptions } from './tracker.ts';

export type { RestartObservation, RestartTracker, TrackerOptions } from './tracker.ts';

/** A `restart` event follows its `start` within a millisecond; a start is held this long before it is explained. */
const HOLD = 100;

/** Engines report one killing as several `oom` events; those this close together are one. */
const OOM_SPAN = 1_000;

/** So many identities are remembered of containers that may be gone. */
const MOST_SEEN = 1_000;

/** Signals that end a container; `docker kill -s HUP` does not. */
const ENDING = new Set(['2', '3', '9', '15']);

/** Makes a tracker; `saved` is where one left off. */
export function restartTracker(
  { source = LOCAL_DOCKER, count, onRestart }: TrackerOptions,
  saved?: TrackerState,
): RestartTracker {
  const runs = new Map<string, ContainerRun>((saved?.runs ?? []).map((run) => [run.id, { ...run }]));
  const seen = new Set<string>(saved?.seen);
  /** Known from before and not told of by this process: whoever listens has to hear of them once. */
  const untold = new Set<string>(runs.keys());
  let engineLostAt = saved?.engineLostAt;
  let engineBackAt = saved?.engineBackAt;
  let out: RestartObservation[] = [];

  return { event, inspected, absent, engine, due, nextDue, snapshot };

  function event(happened: DockerEvent): readonly RestartObservation[] {
    settle(happened.at);
    const run = runs.get(happened.id) ?? adopt(happened.id, happened.name, labelsOf(happened));
    follow(run, happened);
    return take();
  }

  function follow(run: ContainerRun, { action, at, detail, attributes, name }: DockerEvent): void {
    switch (action) {
      case 'create':
        run.created = true;
        break;
      case 'start':
        start(run, at);
        break;
      case 'restart':
        if (run.held !== undefined) run.held.manual = true;
        break;
      case 'kill':
        if (ENDING.has(attributes['signal'] ?? '15')) run.touched = true;
        break;
      case 'stop':
        run.touched = true;
        if (run.state === 'exited' || run.state === 'restarting') tell(run, 'exited', at);
        break;
      case 'die':
        die(run, at, exitCodeOf(run, attributes['exitCode']));
        break;
      case 'oom':
        outOfMemory(run, at);
        break;
      case 'pause':
        tell(run, 'paused', at);
        break;
      case 'unpause':
        tell(run, 'running', at);
        break;
      case 'health_status':
        run.healthy = detail !== 'unhealthy';
        tell(run, run.state, at);
        break;
      case 'rename':
        rename(run, name, at);
        break;
      case 'destroy':
        remove(run, at);
    }
  }

  function adopt(id: string, name: string, labels: Readonly<Record<string, string>>): ContainerRun {
    const run = newRun(id, name, identityOf(source, identity(name, labels)), labels);
    run.replaces = seen.has(run.container);
    remember(run.container);
    runs.set(id, run);
    return run;
  }

  function remember(container: string): void {
    seen.delete(container);
    seen.add(container);
    if (seen.size > MOST_SEEN) for (const oldest of seen.values().take(1)) seen.delete(oldest);
  }

  function start(run: ContainerRun, at: number): void {
    if (run.held !== undefined) explain(run);
    if (at > run.accountedAt + START_SLACK) {
      const { created, touched, oom, diedAt, exitCode } = run;
      const first = created || (diedAt === undefined && run.startedAt === 0);
      run.held = { at, first, manual: false, touched, oom, diedAt, exitCode, due: at + HOLD };
    }
    Object.assign(run, { created: false, touched: false, oom: false, startedAt: at, healthy: true });
    tell(run, 'running', at);
  }

  function die(run: ContainerRun, at: number, exitCode: number | undefined): void {
    run.diedAt = at;
    run.exitCode = exitCode;
    tell(run, run.touched || !restartsBy(run.policy, exitCode) ? 'exited' : 'restarting', at);
  }

  function outOfMemory(run: ContainerRun, at: number): void {
    run.oom = true;
    if (at - run.oomAt < OOM_SPAN) return;
    run.oomAt = at;
    out.push(
      signal(
        source,
        run,
        at,
        'critical',
        'docker:oom',
        'out of memory: a process of the container was killed',
      ),
    );
  }

  function rename(run: ContainerRun, name: string, at: number): void {
    const container = identityOf(source, identity(name, run.labels));
    if (container !== run.container) {
      out.push({ ...status(source, run, 'removed', at), stoppedByOperator: true });
      run.container = container;
      remember(container);
    }
    run.name = name;
    tell(run, run.state, at);
  }

  function remove(run: ContainerRun, at: number): void {
    if (run.held !== undefined) explain(run);
    tell(run, 'removed', at);
    runs.delete(run.id);
  }

  function inspected(found: Inspected, now: number): readonly RestartObservation[] {
    settle(now);
    const known = runs.get(found.id);
    const run = known ?? adopt(found.id, found.name, found.labels);
    run.labels = found.labels;
    run.policy = found.policy;
    run.autoRemove = found.autoRemove;
    if (known !== undefined) catchUp(run, found, now);
    else {
      initFromInspect(run, found);
      if (found.state !== 'created') tell(run, found.state, now);
    }
    return take();
  }

  function catchUp(run: ContainerRun, found: Inspected, now: number): void {
    const { startedAt, finishedAt, restartCount, exitCode } = found;
    if (found.name !== run.name) rename(run, found.name, now);
    if (
      run.diedAt !== undefined &&
      Math.abs(finishedAt - run.diedAt) < START_SLACK &&
      startedAt < finishedAt
    ) {
      run.exitCode = exitCode;
      if (found.oomKilled && exitCode === 137 && !run.oom) outOfMemory(run, run.diedAt);
    }
    if (run.held !== undefined && Math.abs(run.held.at - startedAt) <= START_SLACK)
      run.held.count = restartCount;
    else if (run.held === undefined) run.check = { startedAt, count: restartCount, due: now + 2 * HOLD };
    const changed = untold.has(run.id) || found.state !== run.state || found.healthy !== run.healthy;
    if (changed && found.state !== 'created' && run.startedAt <= startedAt + START_SLACK) {
      run.healthy = found.healthy;
      if (isDown(found.state) && !isDown(run.state)) {
        run.diedAt = finishedAt;
        run.exitCode = exitCode;
      }
      tell(run, found.state, now);
    }
  }

  /** Restarts that no event told of: the engine's count has grown, or the run is not the one we knew. */
  function reconcile(run: ContainerRun, found: NonNullable<ContainerRun['check']>): void {
    if (run.startedAt > found.startedAt + START_SLACK) return;
    const unseen = found.startedAt > run.startedAt + START_SLACK;
    const grown = run.count === undefined ? 0 : found.count - run.count;
    const missed = grown >= 0 ? grown : found.count;
    run.count = found.count;
    if (unseen)
      Object.assign(run, { startedAt: found.startedAt, accountedAt: found.startedAt, touched: false });
    if (unseen && missed === 0) {
      const cause = engineLostAt !== undefined && found.startedAt >= engineLostAt ? 'engine' : 'manual';
      restarted(run, found.startedAt, cause, undefined);
    }
    for (let i = 0; i < missed; i++) restarted(run, found.startedAt, 'policy', undefined);
  }

  function absent(id: string, now: number): readonly RestartObservation[] {
    settle(now);
    const run = runs.get(id);
    if (run !== undefined) remove(run, now);
    return take();
  }

  function engine(change: 'lost' | 'back', at: number): void {
    if (change === 'lost') engineLostAt = at;
    else engineBackAt = at;
    if (change === 'lost') engineBackAt = undefined;
  }

  function due(now: number): readonly RestartObservation[] {
    settle(now);
    return take();
  }

  function settle(now: number): void {
    for (const run of runs.values()) {
      if (run.held !== undefined && run.held.due <= now) explain(run);
      if (run.check !== undefined && run.held === undefined && run.check.due <= now) {
        const { check } = run;
        delete run.check;
        reconcile(run, check);
      }
    }
  }

  function explain(run: ContainerRun): void {
    const { held } = run;
    if (held === undefined) return;
    delete run.held;
    const counted = held.count === undefined || run.count === undefined ? undefined : held.count - run.count;
    const { policy, replaces } = run;
    const cause = restartCause({ ...held, policy, replaces, counted, engineLostAt, engineBackAt });
    const own = cause === 'crash' || cause === 'policy' || cause === 'oom';
    run.count = held.count ?? (own && run.count !== undefined ? run.count + 1 : own ? undefined : 0);
    run.replaces = false;
    const times = own && counted !== undefined && counted > 1 ? counted : 1;
    if (cause !== undefined) for (let i = 0; i < times; i++) restarted(run, held.at, cause, held.exitCode);
  }

  function restarted(run: ContainerRun, at: number, cause: RestartCause, exitCode: number | undefined): void {
    const text = restartText(cause, exitCode);
    const counted = count.includes(cause);
    onRestart?.({ at, container: run.container, cause, text, counted });
    if (counted) out.push({ ...signal(source, run, at, 'restart', 'docker:restart', text), cause });
  }

  function tell(run: ContainerRun, state: ContainerStatus['state'], at: number): void {
    untold.delete(run.id);
    run.state = state;
    out.push(status(source, run, state, at));
  }

  function nextDue(): number | undefined {
    let next = Infinity;
    for (const { held, check } of runs.values()) next = Math.min(next, held?.due ?? check?.due ?? Infinity);
    return next === Infinity ? undefined : next;
  }

  function snapshot(): TrackerState {
    return {
      runs: structuredClone([...runs.values()]),
      seen: [...seen],
      ...(engineLostAt === undefined ? {} : { engineLostAt }),
      ...(engineBackAt === undefined ? {} : { engineBackAt }),
    };
  }

  function take(): readonly RestartObservation[] {
    const found = out;
    out = [];
    return found;
  }
}
