import { map, type OperatorFunction } from 'rxjs';
import type { Step } from '../incidents/reducer-context.ts';
import type { Log } from '../log.ts';
import type { Effect } from '../model.ts';
import type { Committed } from './commit.ts';

/** What takes effects and performs them, one at a time; their outcomes must not come back before `submit` returns. */
export interface EffectTaker {
  submit(effect: Effect): void;
}

/**
 * Submits the effects of committed steps, in order, and passes the steps on. A heal whose step did not reach the disk
 * (full, read-only) is withheld: after a crash there would be no record that it was started, and it would be started
 * again. Whoever stores the steps tells the core, which takes it back (T25). Messages are not held back. C12 in
 * docs/reference/incident-transitions.md.
 */
export function perform(effects: EffectTaker, log: Log): OperatorFunction<Committed, Step> {
  return map(({ step, durable }) => {
    for (const effect of step.effects) {
      if (durable || effect.kind !== 'heal') effects.submit(effect);
      else log.error({ effect: effect.id }, 'the state cannot be stored: the heal is not started');
    }
    return step;
  });
}
