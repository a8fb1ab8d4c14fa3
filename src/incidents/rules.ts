import picomatch from 'picomatch';
import type { Config } from '../config/config.ts';
import { limitByLabel } from '../config/labels.ts';
import { compilePattern, type Pattern } from '../classify/user-pattern.ts';
import { SILENCE, type Breach, type Rule, type Signal } from '../model.ts';
import { isLimit, rankOf } from './rules/limits.ts';
import { RULE_KINDS } from './rules/registry.ts';

/** The rules in force, of every kind. A configured rule with the name of a default one replaces it. */
export function rulesOf(config: Config): readonly Rule[] {
  const rules = RULE_KINDS.flatMap((kind) => kind.rulesOf(config));
  return [...new Map(rules.map((rule) => [rule.name, rule])).values()];
}

/** Whether the rule counts this signal. Globs and patterns are compiled once for a rule. */
export function ruleMatches(rule: Rule, signal: Signal): boolean {
  return (
    rule.sign === signal.sign &&
    rule.kinds.includes(signal.kind) &&
    containerMatches(rule, signal.container) &&
    Object.entries(rule.labels).every(([name, value]) => signal.labels[name] === value) &&
    patternMatches(rule, signal.text)
  );
}

/** Whether the rule's pattern matches a text. A rule without one matches all. */
export function patternMatches(rule: Rule, text: string): boolean {
  return rule.pattern === '' || compiled(rule).pattern.test(text);
}

/**
 * Whether the rule's globs match this container. A rule without globs matches all of them, but not `SILENCE`, which
 * is none.
 */
export function containerMatches(rule: Rule, container: string): boolean {
  return rule.containers.length === 0 ? container !== SILENCE : compiled(rule).glob(container);
}

/**
 * A container's own limit for one of the three limits, from its label `quantum-realtime.limits.<rule>`: its
 * signals then count against that limit alone and no longer towards the host's. Undefined where there is none.
 */
export function ownLimit(rule: Rule, signal: Signal): number | undefined {
  return isLimit(rule.name) ? limitByLabel(rule.name, signal.labels) : undefined;
}

/** Whether a limit is switched off: a container may have one of its own all the same, by its label. */
export function isOff(limit: number): boolean {
  return limit === Infinity;
}

/** `353 critical events (threshold: 5); 482 errors (threshold: 50)`: critical, errors, restarts, then by name. */
export function reasonText(breaches: readonly Breach[]): string {
  return breaches
    .toSorted(
      (a, b) => rankOf(a.rule) - rankOf(b.rule) || order(a.rule, b.rule) || order(a.container, b.container),
    )
    .flatMap((breach) => RULE_KINDS.flatMap((kind) => kind.reasonOf(breach) ?? []).slice(0, 1))
    .join('; ');
}

function order(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}

interface Compiled {
  readonly glob: (container: string) => boolean;
  readonly pattern: Pattern;
}

const cache = new WeakMap<Rule, Compiled>();

function compiled(rule: Rule): Compiled {
  const known = cache.get(rule);
  if (known !== undefined) return known;
  // `bash` lets `*` cross a slash: a container's identity is a name, not a path.
  const fresh: Compiled = {
    glob: picomatch([...rule.containers], { dot: true, bash: true }),
    pattern: compilePattern(rule.pattern, `rule ${rule.name}`),
  };
  cache.set(rule, fresh);
  return fresh;
}
