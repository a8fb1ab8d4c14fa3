import { type ContainerStatus, identityOf, type RestartCause, type Signal } from '../../model.ts';
import type { Restart } from '../source.ts';
import type { UnitEvent } from './unit-event.ts';
import { JOURNALD, newUnitRun, type UnitRun, unitRestartText, unitSignal, unitStatus } from './unit-run.ts';
import type { UnitState } from './unit-states.ts';

/** Several processes of a unit that are killed for its memory within this time (milliseconds) are one event. */
const OOM_SPAN = 1_000;

/**
 * Tells from systemd's messages which units run and why they started again: by systemd after an end of their own, by
 * request, with the host, after running out of memory. It has no clock: feed it events in the order of the journal.
 */
export interface UnitTracker {
  event(event: UnitEvent): readonly (Signal | ContainerStatus)[];
  /** What systemd answers when asked at `now`: newer than its messages, or for a unit that has sent none. */
  asked(found: UnitState, now: number): readonly (Signal | ContainerStatus)[];
  run(unit: string): Readonly<UnitRun> | undefined;
  /** Forgets a unit; the status that tells so, unless nothing was known of it. */
  forget(unit: string, now: number): readonly ContainerStatus[];
}

export interface UnitTrackerOptions {
  /** The causes that become restart signals. */
  readonly count: readonly RestartCause[];
  /** Told of every start again, counted or not. */
  readonly onRestart: (restart: Restart) => void;
}

/** Makes a tracker; `saved` is where one left off. */
export function unitTracker(
  { count, onRestart }: UnitTrackerOptions,
  saved: readonly UnitRun[] = [],
): UnitTracker {
  const runs = new Map<string, UnitRun>(saved.map((run) => [run.unit, { ...run }]));
  /** What was last told of each, so that only changes are. */
  const told = new Map<string, string>();
  let out: (Signal | ContainerStatus)[] = [];
  return {
    event: (event) => {
      follow(event);
      return takeOut();
    },
    asked: (found, now) => {
      compare(found, now);
      return takeOut();
    },
    run: (unit) => runs.get(unit),
    forget: (unit, now) => {
      const run = runs.get(unit);
      runs.delete(unit);
      told.delete(unit);
      return run?.state === undefined
        ? []
        : [{ ...unitStatus(run, 'removed', now), stoppedByOperator: true }];
    },
  };

  function follow(event: UnitEvent): void {
    const { unit, kind, at } = event;
    const run = runs.get(unit) ?? newUnitRun(unit);
    runs.set(unit, run);
    run.toldAt = event.monotonic;
    if (kind === 'starting' || kind === 'started') begin(run, event);
    else {
      run.run ??= event.run;
      run.boot ??= event.boot;
      end(run, event);
    }
    if (kind === 'out of memory' && at - run.oomAt >= OOM_SPAN) {
      run.oomAt = at;
      out.push(unitSignal(unit, at, 'critical', 'out of memory: a process of the unit was killed'));
    }
  }

  /** A new run, or the second message of one that is known: a unit that does its work once has ended by then. */
  function begin(run: UnitRun, event: UnitEvent): void {
    if ((event.run === undefined || event.run === run.run) && !run.scheduled) {
      if (run.result === undefined && run.state !== 'running') tell(run, 'running', event.at);
      return;
    }
    const cause = causeOf(run, event);
    const before = { ...run };
    Object.assign(run, newUnitRun(run.unit), {
      run: event.run,
      boot: event.boot,
      toldAt: run.toldAt,
    });
    tell(run, 'running', event.at);
    if (cause !== undefined) restarted(before, event.at, cause);
  }

  function end(run: UnitRun, { kind, at, job, result, exit }: UnitEvent): void {
    switch (kind) {
      case 'stopping':
        run.touched = true;
        break;
      case 'stopped':
        if (job === 'stop') run.scheduled = false;
        if (!run.scheduled) run.touched = true;
        tell(run, job === 'stop' ? 'exited' : 'restarting', at);
        break;
      case 'exited':
        if (exit !== undefined) run.exit = exit;
        break;
      case 'failed':
        // Scheduled and not begun: it has been started too often (StartLimitBurst=).
        run.scheduled = false;
        run.result = result ?? 'failed';
        tell(run, 'exited', at);
        break;
      case 'succeeded':
        run.result = 'success';
        tell(run, 'exited', at);
        break;
      case 'start failed':
        run.scheduled = false;
        if (run.state !== 'exited') tell(run, 'exited', at);
        break;
      case 'restart scheduled':
        run.scheduled = true;
        tell(run, 'restarting', at);
        break;
      case 'starting':
      case 'started':
      case 'out of memory':
    }
  }

  function restarted(run: UnitRun, at: number, cause: RestartCause): void {
    const text = unitRestartText(cause, run);
    const counted = count.includes(cause);
    onRestart({ at, container: identityOf(JOURNALD, run.unit), cause, text, counted });
    if (counted) out.push({ ...unitSignal(run.unit, at, 'restart', text), cause });
  }

  /**
   * The run that is answered for is not taken over where another is known: its start is still to be told by a message,
   * and counted.
   */
  function compare(found: UnitState, now: number): void {
    const known = runs.get(found.unit);
    if (known?.state === undefined) {
      const { unit, run, boot, state } = found;
      const met = {
        ...newUnitRun(unit),
        ...known,
        run,
        boot,
        ...(state === 'exited' ? { result: found.result } : {}),
      };
      runs.set(unit, met);
      tell(met, state, now);
    } else if (known.boot === found.boot && known.toldAt >= found.changedAt) {
      if (!told.has(known.unit)) tell(known, known.state, now);
    } else if (known.state !== found.state) {
      known.state = found.state;
      tell(
        { ...known, touched: false, result: found.state === 'exited' ? found.result : undefined },
        found.state,
        now,
      );
    }
  }

  function tell(run: UnitRun, state: NonNullable<UnitRun['state']>, at: number): void {
    run.state = state;
    const status = unitStatus(run, state, at);
    const what = `${state} ${status.stoppedByOperator} ${status.expectedExit}`;
    if (told.get(run.unit) === what) return;
    told.set(run.unit, what);
    out.push(status);
  }

  function takeOut(): readonly (Signal | ContainerStatus)[] {
    const found = out;
    out = [];
    return found;
  }
}

/**
 * Why a run has begun; undefined for the first that is known of, and for a unit that had ended well and is started once
 * more, as its timer does.
 */
function causeOf(run: UnitRun, { boot }: UnitEvent): RestartCause | undefined {
  if (run.boot !== undefined && run.boot !== boot) return 'engine';
  if (run.scheduled) return run.result === 'oom-kill' ? 'oom' : run.result === 'success' ? 'policy' : 'crash';
  if (run.run === undefined) return undefined;
  return run.result === 'success' && !run.touched ? undefined : 'manual';
}
