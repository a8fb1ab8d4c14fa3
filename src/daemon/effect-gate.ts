import type { Effect } from '../model.ts';
import type { Step } from '../incidents/turn.ts';
import type { Log } from '../sinks/worker.ts';

/**
 * Hands on the effects of committed steps. A heal whose step did not reach the disk (full, read-only) waits until a
 * later commit does, and is dropped if the core has given it up by then: after a crash nobody could tell that it had
 * been started. Messages are not held back. Source: incidents.md §4, C12.
 */
export function effectGate(
  submit: (effect: Effect) => void,
  log: Log,
): (step: Step, durable: boolean) => void {
  let held: Effect[] = [];
  return ({ effects, state }, durable) => {
    if (durable) {
      const due = held.filter(({ id }) => state.healing.running?.id === id);
      held = [];
      due.forEach(submit);
    }
    for (const effect of effects) {
      if (durable || effect.kind !== 'heal') submit(effect);
      else {
        held.push(effect);
        log.error({ effect: effect.id }, 'the state cannot be stored: no heal is started until it can');
      }
    }
  };
}
