import { concat, defer, EMPTY, of, Subject, tap } from 'rxjs';
import { canHeal } from '../config/can-heal.ts';
import type { Config } from '../config/config.ts';
import { policyOf } from '../incidents/policy.ts';
import type { Tried } from '../learning/advice.ts';
import type { CountedMinute } from '../learning/past.ts';
import {
  type Effect,
  type Kind,
  LOCAL_DOCKER,
  type Outcome,
  type Rule,
  type Signal,
  type Tally,
} from '../model.ts';
import { breach } from '../operators/breach.ts';
import { zero } from '../operators/rolling-window.ts';
import { advanceClock, VirtualClock } from '../time/virtual-clock.ts';

/** A heal is taken to succeed after so long (milliseconds), as `replay` takes it. */
const HEALED_AFTER = 30_000;

/** What no limit is near of needs no more signals of one minute than this many times the limit. */
const ENOUGH = 12;

/**
 * What one rule alone would have led to, on counts by the minute in order until a moment (epoch milliseconds): the same
 * machine as live, with the events of a minute spread evenly over it. What the effects do is not known: heals succeed.
 */
export function tryRule(rule: Rule, minutes: readonly CountedMinute[], config: Config, until: number): Tried {
  const clock = new VirtualClock();
  const outcomes$ = new Subject<Outcome>();
  const incidents = new Set<string>();
  const sums = { alert: 0, heal: 0, report: 0 };
  const heals = canHeal(config.heal);
  const tally = (at: number): Tally => ({
    ...{ at, counts: zero(), containers: new Map(), groups: [] },
    samples: { critical: [], error: [], warning: [], restart: [] },
  });
  function submit({ kind, id: effect, story }: Effect): void {
    sums[kind] += 1;
    incidents.add(story.incident);
    const result = kind === 'heal' ? ({ result: 'ok', exitCode: 0 } as const) : {};
    const outcome = { type: 'outcome', effect, kind, ok: true, detail: '', ...result } as const;
    clock.schedule(() => outcomes$.next({ ...outcome, at: clock.now() }), kind === 'heal' ? HEALED_AFTER : 0);
  }
  const policy = { ...policyOf(config, [rule]), states: new Map(), canHeal: heals };
  concat(
    of(minutes.flatMap((minute) => signalsOf(rule, minute))).pipe(advanceClock(clock)),
    defer(() => {
      clock.advanceTo(until);
      outcomes$.complete();
      return EMPTY;
    }),
  )
    .pipe(
      breach(
        { policy, window: { tally }, inputs$: outcomes$, checkpoint$: EMPTY, drain: () => undefined },
        clock,
      ),
      tap(({ effects }) => effects.forEach(submit)),
    )
    .subscribe();
  return { incidents: incidents.size, alerts: sums.alert, heals: sums.heal };
}

function signalsOf({ kinds, limit }: Rule, { at, container, counts }: CountedMinute): readonly Signal[] {
  return kinds.flatMap((kind) => {
    const count = Math.min(counts[kind], ENOUGH * limit);
    return Array.from({ length: count }, (_, n) =>
      signal(kind, container, at + ((n + 0.5) * 60_000) / count),
    );
  });
}

function signal(kind: Kind, container: string, at: number): Signal {
  const what = { text: kind, fingerprint: kind, rule: 'history', labels: {} };
  return { type: 'signal', kind, at: Math.floor(at), source: LOCAL_DOCKER, container, ...what };
}
