import type { HealRecord, HealResult, Outcome } from '../model.ts';
import { afterHeal } from './cooldown.ts';
import type { CoreState, Incident } from './state.ts';
import { joined } from './breaches.ts';
import { channels } from './channels.ts';
import { toldNow } from './told.ts';
import { escalate } from './transitions.ts';
import { incidentOf, transition, update, emitEffect } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';

/** How long after its SIGKILL was due the core still waits for the outcome of a heal, in milliseconds. */
const HEAL_SLACK = 30_000;

/**
 * T10 (docs/reference/incident-transitions.md): requests the heal. Attempt and budget are spent, and stored, before
 * anything runs.
 */
export function startHeal(context: ReducerContext, incident: Incident): void {
  const { now, healing } = context.state;
  const { timeout, killGrace } = context.policy.config.heal;
  const attempt = incident.heals.length + 1;
  const id = `${incident.id}:heal:${attempt}:run`;
  const deadline = now + timeout + killGrace + HEAL_SLACK;
  const starts = [...healing.starts.filter((at) => at > now - context.policy.incident.budgetWindow), now];
  context.state = {
    ...context.state,
    healing: { ...healing, starts, running: { key: incident.key, id, started: now, deadline } },
  };
  const started = update(context, transition(context, incident, 'healing', 'the slot is free'), {
    attempts: incident.attempts + 1,
    heals: [...incident.heals, { attempt, id, started: now }],
    until: deadline,
  });
  emitEffect(context, started, 'heal', `heal:${attempt}`, ['heal']);
}

/**
 * T12: the heal ended at `end`. An interrupted one is not repeated; a command that could not be run is escalated at
 * once and not tried again.
 */
export function endHeal(
  context: ReducerContext,
  incident: Incident,
  result: HealResult,
  end: number,
  outcome?: Outcome,
): void {
  context.state = {
    ...context.state,
    healing: afterHeal(context.state.healing, result, end, context.policy.incident),
  };
  const last = incident.heals.at(-1);
  if (last === undefined) return;
  const ended: HealRecord = {
    ...last,
    ended: end,
    result,
    ...(outcome?.exitCode !== undefined && { exitCode: outcome.exitCode }),
    ...(outcome?.output !== undefined && { output: outcome.output }),
  };
  const healed = {
    ...joined(context, incident),
    broken: result === 'broken',
    heals: [...incident.heals.slice(0, -1).map(withoutOutput), ended],
  };
  // The call for a person follows in the same step, and says all of it.
  const kinds = channels(healed, 'heal').filter((kind) => kind === 'report' || result !== 'broken');
  const settling = update(context, transition(context, healed, 'settling', `the heal ended: ${result}`), {
    until: end + context.policy.incident.settle,
    ...toldNow(context.state, healed, kinds, context.tally, context.policy),
  });
  emitEffect(context, settling, 'heal', `heal:${last.attempt}`, kinds);
  if (result === 'broken') escalate(context, settling, 'the heal command cannot be run');
}

/** The state with why the heal cannot be run; nothing where it can. */
export function withHealProblem(state: CoreState, problem: string): CoreState {
  const { healProblem, ...rest } = state;
  if (problem === (healProblem ?? '')) return state;
  return problem === '' ? rest : { ...rest, healProblem: problem };
}

/** The incident whose heal is running, if one is. */
export function healingIncident(context: ReducerContext): Incident | undefined {
  const { running } = context.state.healing;
  return running === undefined ? undefined : incidentOf(context, running.key);
}

/**
 * Without the heal's output: the report has that of every heal, while the state is written at every step and keeps
 * only the last one's.
 */
function withoutOutput(record: HealRecord): HealRecord {
  const { output, ...rest } = record;
  return output === undefined ? record : rest;
}
