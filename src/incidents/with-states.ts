import type { Breach } from '../model.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { Incident } from './state.ts';
import { effectsOfRule } from './told.ts';

/** The incident about these states beside what it is about, and with the effects of their rules alone. */
export function withStates(
  { policy }: ReducerContext,
  incident: Incident,
  states: readonly Breach[],
): Incident {
  const effects = states.flatMap(({ rule }) => effectsOfRule(policy, rule));
  return { ...incident, breaches: [...incident.breaches, ...states], effects: [...new Set(effects)] };
}
