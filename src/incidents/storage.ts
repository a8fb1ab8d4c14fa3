import type { Storage } from '../model.ts';
import { healingIncident } from './heal.ts';
import { transition, update } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';

/**
 * T25 (docs/reference/incident-transitions.md): the state can be stored no longer, or can be again. A heal that was
 * withheld for it has not begun: neither its attempt nor anything of the budget is spent, and it is decided anew.
 */
export function applyStorage(context: ReducerContext, { problem, withheld }: Storage): void {
  const { unstored, ...rest } = context.state;
  context.state =
    problem === ''
      ? rest
      : { ...rest, unstored: { since: unstored?.since ?? context.state.now, reason: problem } };
  if (withheld !== undefined) takeBack(context, withheld, problem);
}

function takeBack(context: ReducerContext, withheld: string, problem: string): void {
  const incident = healingIncident(context);
  const { running, ...healing } = context.state.healing;
  if (running?.id !== withheld || incident === undefined) return;
  context.state = { ...context.state, healing: { ...healing, starts: healing.starts.slice(0, -1) } };
  const reason = `the heal was not started: the state cannot be stored (${problem})`;
  update(context, transition(context, incident, 'queued', reason), {
    attempts: incident.attempts - 1,
    heals: incident.heals.slice(0, -1),
    until: context.state.now,
  });
}
