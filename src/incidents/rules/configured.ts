import type { Kind, Rule } from '../../model.ts';
import type { RuleKind } from './rule-kind.ts';

const NOUNS: Readonly<Record<Kind, string>> = {
  critical: 'critical events',
  error: 'errors',
  warning: 'warnings',
  restart: 'container restarts',
};

/** The rules of the setting `rules`. It answers for any breach, so that it comes last. */
export const configured: RuleKind = {
  name: 'configured',
  rulesOf: ({ rules, window }) =>
    rules.map((rule): Rule => ({
      ...rule,
      window: rule.window ?? window,
      // A rule that heals nobody must not hold the incident in which something else has to be healed.
      key: rule.key ?? (rule.effects.includes('heal') ? 'host' : rule.name),
    })),
  reasonOf({ rule, kinds, count, limit, container }) {
    const what = kinds.map((kind) => NOUNS[kind]).join(' and ');
    const where = container === undefined ? '' : ` in ${container}`;
    return `${count} ${what}${where} by rule ${rule} (threshold: ${limit})`;
  },
};
