import type { Config } from '../../../config/config.ts';
import type { Breach } from '../../../model.ts';
import { hostOf, severityOfRules } from './about.ts';
import { lookedAt } from './fit.ts';
import { routingOf } from './routing.ts';

/** An open incident, as far as routes can ask. */
interface Open {
  readonly state: string;
  readonly breaches: readonly Breach[];
  readonly subjects: readonly string[];
}

/** Why nobody is told of an open incident as it is now, although there are channels; undefined if somebody is. */
export function unheard(
  { state, breaches, subjects }: Open,
  config: Pick<Config, 'name' | 'rules' | 'alerts'>,
): string | undefined {
  const rules = breaches.map(({ rule }) => rule);
  const fitting = lookedAt(config.alerts.routes, {
    severity: state === 'escalated' ? 'page' : severityOfRules(rules, config),
    rules,
    kinds: breaches.flatMap(({ kinds }) => kinds),
    containers: subjects,
    hosts: subjects.map((container) => hostOf(container, config.name)),
  }).filter(({ fits }) => fits === 'yes');
  if (fitting.length === 0 || fitting.some(({ route }) => route.to.length > 0)) return undefined;
  return `alerts.routes[${fitting.at(-1)?.index ?? 0}] fits, and names no channel`;
}

/** Until when channels are quiet that are so at a moment, by name (epoch milliseconds); nothing if none is. */
export function quietNow(
  config: Pick<Config, 'name' | 'rules' | 'alerts'>,
  at: number,
): { readonly quiet?: Record<string, number> } {
  const { channels, quietUntil } = routingOf(config);
  const quiet = channels.flatMap((channel): readonly (readonly [string, number])[] => {
    const until = quietUntil(channel, at);
    return until === undefined ? [] : [[channel, until]];
  });
  return quiet.length === 0 ? {} : { quiet: Object.fromEntries(quiet) };
}
