import type { Config } from '../../config/config.ts';
import type { Breach, Kind, Rule } from '../../model.ts';
import { counted } from '../../text/plain.ts';
import type { RuleKind } from './rule-kind.ts';

/** What the three limits count one of, by their names, in the order in which messages name them. */
const COUNTED: ReadonlyMap<string, string> = new Map([
  ['critical', 'critical event'],
  ['errors', 'error'],
  ['restarts', 'container restart'],
]);
const NAMES: readonly string[] = [...COUNTED.keys()];

/** The limits that everybody has: `limits.critical`, `limits.errors` and `limits.restarts`, over the whole host. */
export const limits: RuleKind = {
  name: 'limits',
  rulesOf: (config) => [
    ...limit('critical', 'critical', config.limits.critical, config),
    ...limit('errors', 'error', config.limits.errors, config),
    ...limit('restarts', 'restart', config.limits.restarts, config),
  ],
  reasonOf({ rule, count, limit, container }: Breach) {
    const noun = COUNTED.get(rule);
    const where = container === undefined ? '' : ` in ${container}`;
    return noun === undefined ? undefined : `${counted(count, noun)}${where} (threshold: ${limit})`;
  },
};

/** Whether a rule is one of the three, or has taken the place of one. */
export function isLimit(rule: string): boolean {
  return COUNTED.has(rule);
}

/** Where a rule stands in a message: the three limits first, in their order, then all others alike. */
export function rankOf(rule: string): number {
  return isLimit(rule) ? NAMES.indexOf(rule) : NAMES.length;
}

/** The rule of a limit; switched off it is there for containers that have one of their own, and never reached by others. */
function limit(name: string, kind: Kind, most: number | 'off', { window }: Config): readonly Rule[] {
  return [
    {
      name,
      kinds: [kind],
      limit: most === 'off' ? Infinity : most,
      window,
      scope: 'host',
      containers: [],
      labels: {},
      pattern: '',
      effects: ['alert', 'report', 'heal'],
      key: 'host',
    },
  ];
}
