import type { Breach, EffectKind, TallyAt } from '../model.ts';
import { decidingOf } from './deciding.ts';
import { isSame } from './is-same.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident, Told } from './state.ts';

const HOUR = 3_600_000;

/** How long after a message it is looked whether things have become ten times worse, in milliseconds. */
const WORSE_AFTER = 5 * 60_000;

/** What changes of an incident by a message that names all its breaches; nothing if nobody is alerted. */
export function toldNow(
  state: CoreState,
  incident: Incident,
  kinds: readonly EffectKind[],
  tally: TallyAt,
  policy: Policy,
): Partial<Incident> {
  const breaches = decidingOf(state, incident, tally, policy).breaches.map(withoutShares);
  if (!kinds.includes('alert')) return { breaches };
  const named = breaches.map(({ rule, container, count, since = 0 }): Told => ({
    ...{ rule, count, since, at: state.now },
    ...(container !== undefined && { container }),
  }));
  return {
    breaches,
    told: [...incident.told.filter((old) => !named.some((breach) => isSame(breach, old))), ...named],
    newsAt: 0,
    worseAt: state.now + WORSE_AFTER,
    sent: [...incident.sent.filter((at) => at > state.now - HOUR), state.now],
  };
}

/** The breaches that nobody has been told of, of the rules that alert. */
export function untold(incident: Incident, policy: Policy): readonly Breach[] {
  return incident.breaches.filter(
    (breach) =>
      effectsOfRule(policy, breach.rule).includes('alert') &&
      !incident.told.some((told) => isSame(breach, told)),
  );
}

/** What follows from a rule, whether it counts or is about a state. */
export function effectsOfRule(policy: Policy, rule: string): readonly EffectKind[] {
  return policy.rules.get(rule)?.effects ?? policy.states.get(rule)?.effects ?? [];
}

/** Whose evidence it was is worked out whenever it is told. */
function withoutShares(breach: Breach): Breach {
  const { from, ...kept } = breach;
  return from === undefined ? breach : kept;
}
