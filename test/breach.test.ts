import { EMPTY, map, NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import type { Evidence, Kind, Outcome, Signal, Tally } from '../src/model.ts';
import { breach } from '../src/operators/breach.ts';
import type { Step } from '../src/operators/breach.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { boot } from '../src/incidents/boot.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';

const START = Date.parse('2025-12-17T16:18:07.250Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const config = configSchema.parse({ heal: { command: ['heal'] } });
const samples = { critical: [], error: [], warning: [], restart: [] };
const counts = { critical: 5, error: 0, warning: 0, restart: 0 };
const window = {
  tally: (at: number): Tally => ({ at, counts, containers: new Map(), groups: [], samples }),
};

function signal(at: number, kind: Kind = 'critical'): Signal {
  return {
    type: 'signal',
    kind,
    at,
    source: 'docker',
    container: 'db',
    labels: {},
    text: 'FATAL',
    fingerprint: 'FATAL',
    rule: 'test',
  };
}

/** The operator on a virtual clock, with its steps collected as they come. */
function rig(
  initial?: Step['state'],
  handle?: (step: Step, outcomes$: Subject<Outcome>, clock: VirtualClock) => void,
) {
  const clock = new VirtualClock();
  const source$ = new Subject<readonly Evidence[]>();
  const outcomes$ = new Subject<Outcome>();
  const save$ = new Subject<void>();
  const steps: Step[] = [];
  let completed = false;
  const options = {
    policy: policyOf(config),
    window,
    inputs$: outcomes$,
    checkpoint$: save$,
    ...(initial !== undefined && { initial }),
  };
  const subscription = source$.pipe(breach(options, clock)).subscribe({
    next: (step) => {
      steps.push(step);
      handle?.(step, outcomes$, clock);
    },
    complete: () => (completed = true),
  });
  const at = (ms: number, ...evidence: Evidence[]): void => {
    clock.advanceTo(START + ms);
    source$.next(evidence);
  };
  const burst = (): void => {
    for (const ms of [0, 1, 2, 3, 4]) at(ms, signal(START + ms));
  };
  const moves = (): readonly string[] =>
    steps.flatMap(({ transitions }) =>
      transitions.map((move) => `${move.at - START} ${move.from} -> ${move.to}`),
    );
  return {
    clock,
    source$,
    outcomes$,
    save$,
    steps,
    at,
    burst,
    moves,
    subscription,
    isComplete: () => completed,
  };
}

describe('the breach operator', () => {
  it('says nothing while nothing follows from what it is told', () => {
    const { at, steps } = rig();
    for (const ms of [0, 1, 2, 3]) at(ms, signal(START + ms));
    expect(steps).toEqual([]);
  });

  it('fires a deadline at its own moment, before the event that comes later', () => {
    const { burst, at, moves } = rig();
    burst();
    at(10 * SECOND, signal(START + 10 * SECOND, 'warning'));
    expect(moves()).toEqual(['4 healthy -> open', '3004 open -> queued', '3004 queued -> healing']);
  });

  it('goes on from the last step when an outcome comes back as soon as that has been handled', () => {
    const { burst, clock, moves } = rig(undefined, ({ effects }, outcomes$, handling) => {
      for (const { kind, id: effect } of effects) {
        if (kind !== 'heal') continue;
        const at = handling.now();
        handling.schedule(() =>
          outcomes$.next({ type: 'outcome', effect, kind, at, ok: true, detail: '', result: 'ok' }),
        );
      }
    });
    burst();
    clock.advanceTo(START + 2 * MINUTE);
    expect(moves().slice(2)).toEqual([
      '3004 queued -> healing',
      '3004 healing -> settling',
      '63004 settling -> verifying',
    ]);
  });

  it('asks for alert, report and heal in this order, with ids that differ', () => {
    const { burst, clock, steps } = rig();
    burst();
    clock.advanceTo(START + 4 * SECOND);
    const effects = steps.flatMap((step) => step.effects);
    const incident = effects[0]?.story.incident ?? '';
    expect(incident).toBe('20251217T161807Z-host-1');
    expect(effects.map(({ kind, id }) => [kind, id.slice(incident.length)])).toEqual([
      ['alert', ':opened'],
      ['report', ':opened:report'],
      ['heal', ':heal:1:run'],
    ]);
  });

  it('has no timer while everything is healthy', () => {
    const clock = new VirtualTimeScheduler();
    const subscription = of([])
      .pipe(breach({ policy: policyOf(config), window, inputs$: NEVER }, clock))
      .subscribe();
    expect(clock.actions).toEqual([]);
    subscription.unsubscribe();
  });

  it('completes with its source, and nothing fires any more', () => {
    const { burst, source$, clock, steps, isComplete } = rig();
    burst();
    const before = steps.length;
    source$.complete();
    clock.advanceTo(START + MINUTE);
    expect(isComplete()).toBe(true);
    expect(steps).toHaveLength(before);
  });

  it('leaves no timer behind when it is unsubscribed', () => {
    const { burst, clock, subscription } = rig();
    burst();
    expect(clock.actions).not.toEqual([]);
    subscription.unsubscribe();
    expect(clock.actions).toEqual([]);
  });

  it('emits the present state to be stored when it is asked to', () => {
    const { at, save$, steps } = rig();
    at(0, signal(START));
    save$.next();
    expect(steps).toHaveLength(1);
    expect(steps[0]?.effects).toEqual([]);
    expect(steps[0]?.state.newest).toEqual([{ chunks: [], tail: [START] }]);
  });

  it('takes up an interrupted heal without waiting for an event, and does not run it again', () => {
    const first = rig();
    first.burst();
    first.clock.advanceTo(START + 4 * SECOND);
    const stored = JSON.parse(JSON.stringify(first.steps.at(-1)?.state)) as Step['state'];
    const second = rig(boot(stored, START + MINUTE));
    second.clock.advanceTo(START + MINUTE);
    expect(second.moves()).toEqual(['60000 healing -> settling']);
    const effects = second.steps.flatMap((step) => step.effects);
    expect(effects.map(({ kind }) => kind)).toEqual(['alert', 'report']);
    expect(effects[0]?.story.heals).toMatchObject([{ attempt: 1, result: 'unknown' }]);
  });

  it('does not take a process that stood still for a host that was quiet', () => {
    const { burst, clock, steps, outcomes$, save$, source$, moves } = rig();
    burst();
    clock.advanceTo(START + 4 * SECOND);
    const effect = steps.flatMap(({ effects }) => effects).find(({ kind }) => kind === 'heal')?.id ?? '';
    const ended = { type: 'outcome', effect, kind: 'heal', at: clock.now(), ok: true, detail: '' } as const;
    outcomes$.next(ended);
    clock.advanceTo(START + 2 * MINUTE);
    // The clock of a process that is let go on again has moved, and none of its timers has gone off.
    clock.frame = START + 30 * MINUTE;
    source$.next([signal(START + 30 * MINUTE, 'warning')]);
    save$.next();
    expect(moves().at(-1)).toBe('64000 settling -> verifying');
    clock.advanceTo(START + 41 * MINUTE);
    expect(moves().at(-1)).toBe(`${40 * MINUTE} verifying -> resolved`);
  });

  it('passes an error of its source on', () => {
    const errors: unknown[] = [];
    const failing$ = of(1).pipe(
      map((): readonly Evidence[] => {
        throw new Error('the source is broken');
      }),
    );
    failing$
      .pipe(breach({ policy: policyOf(config), window, inputs$: EMPTY }, new VirtualClock()))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([new Error('the source is broken')]);
  });
});
