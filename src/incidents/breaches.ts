import { breachedOf, contributorsOf } from './evidence.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { Incident } from './state.ts';
import { breachOf } from './story.ts';
import { isSame } from './is-same.ts';
import { untold } from './told.ts';

/**
 * The incident as it is after a limit was reached again by evidence that is not spent: it is about the limits that are
 * breached now, and about none of those before that people have been told of. Without such a limit it is what it was about.
 */
export function breachedAgain(context: ReducerContext, incident: Incident): Incident {
  if (breachedOf(context.state, context.policy, incident.key).length === 0) return incident;
  return joined(context, { ...incident, breaches: untold(incident, context.policy) });
}

/**
 * The incident with the limits that are breached now among its breaches, and with the effects of their rules. A
 * breach that is known keeps its highest count, and the evidence it began with.
 */
export function joined(context: ReducerContext, incident: Incident): Incident {
  const breached = breachedOf(context.state, context.policy, incident.key);
  const added = breached.map((counted) => {
    const breach = breachOf(context.state, counted);
    const known = incident.breaches.find((old) => isSame(breach, old));
    return known === undefined
      ? breach
      : {
          ...breach,
          ...(known.since !== undefined && { since: known.since }),
          count: Math.max(breach.count, known.count),
        };
  });
  const kept = incident.breaches.filter((old) => !added.some((breach) => isSame(breach, old)));
  const effects = new Set([...incident.effects, ...breached.flatMap(({ rule }) => rule.effects)]);
  const contributors = breached.flatMap((counted) => contributorsOf(context.state, counted));
  return {
    ...incident,
    breaches: [...kept, ...added],
    effects: [...effects],
    subjects: [...new Set([...incident.subjects, ...contributors.map(({ container }) => container)])],
    sources: [...new Set([...incident.sources, ...contributors.map(({ source }) => source)])],
  };
}
