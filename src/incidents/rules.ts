import picomatch from 'picomatch';
import type { Config } from '../config/config.ts';
import { limitByLabel } from '../config/labels.ts';
import { compilePattern } from '../classify/user-pattern.ts';
import { SILENCE, type Breach, type Kind, type Rule, type Signal } from '../model.ts';

/**
 * The limits in force: the three everybody has (`critical`, `errors`, `restarts`; `limits.*` over the whole host), the
 * alarm of a host that logs nothing at all, which calls for people and never for a heal, and the configured ones. A configured rule with the name of a default one takes its place.
 */
export function rulesOf(config: Config): readonly Rule[] {
  const usual = (name: string, kind: Kind, limit: number): Rule => ({
    name,
    kinds: [kind],
    limit,
    window: config.window,
    scope: 'host',
    containers: [],
    labels: {},
    pattern: '',
    effects: ['alert', 'report', 'heal'],
    key: 'host',
  });
  const rules = [
    usual('critical', 'critical', config.limits.critical),
    usual('errors', 'error', config.limits.errors),
    usual('restarts', 'restart', config.limits.restarts),
    silence(config),
    ...config.rules.map((rule): Rule => ({
      ...rule,
      window: rule.window ?? config.window,
      // A rule that heals nobody must not hold the incident in which something else has to be healed.
      key: rule.key ?? (rule.effects.includes('heal') ? 'host' : rule.name),
    })),
  ];
  return [...new Map(rules.map((rule) => [rule.name, rule])).values()];
}

const SILENCE_RULE = 'silence';

function silence(config: Config): Rule {
  return {
    name: SILENCE_RULE,
    kinds: ['critical'],
    limit: 1,
    window: config.window,
    scope: 'host',
    containers: [SILENCE],
    labels: {},
    pattern: '',
    effects: ['alert', 'report'],
    key: 'silence',
  };
}

/** Whether the rule counts this signal. Globs and patterns are compiled once for a rule. */
export function ruleMatches(rule: Rule, signal: Signal): boolean {
  return (
    rule.kinds.includes(signal.kind) &&
    containerMatches(rule, signal.container) &&
    Object.entries(rule.labels).every(([name, value]) => signal.labels[name] === value) &&
    (rule.pattern === '' || compiled(rule).pattern.test(signal.text))
  );
}

/** Whether the rule's globs take in this container; a rule without globs takes in every one (silence is none). */
export function containerMatches(rule: Rule, container: string): boolean {
  return rule.containers.length === 0 ? container !== SILENCE : compiled(rule).glob(container);
}

/**
 * A container's own limit for one of the three usual rules, from its label `quantum-realtime.limits.<rule>`: its
 * signals then count against that limit alone and no longer towards the host's. Undefined where there is none.
 */
export function ownLimit(rule: Rule, signal: Signal): number | undefined {
  if (!USUAL.has(rule.name)) return undefined;
  return limitByLabel(rule.name, signal.labels);
}

/** `353 critical events (threshold: 5); 482 errors (threshold: 50)`: critical, errors, restarts, then by name. */
export function reasonText(breaches: readonly Breach[]): string {
  return breaches
    .toSorted((a, b) => rank(a) - rank(b) || order(a.rule, b.rule) || order(a.container, b.container))
    .map((breach) =>
      breach.rule === SILENCE_RULE
        ? 'no container of this host logs anything'
        : `${breach.count} ${whatOf(breach)} (threshold: ${breach.limit})`,
    )
    .join('; ');
}

const USUAL: ReadonlyMap<string, string> = new Map([
  ['critical', 'critical events'],
  ['errors', 'errors'],
  ['restarts', 'container restarts'],
]);

const NOUNS: Readonly<Record<Kind, string>> = {
  critical: 'critical events',
  error: 'errors',
  warning: 'warnings',
  restart: 'container restarts',
};

function whatOf({ rule, kinds, container }: Breach): string {
  const where = container === undefined ? '' : ` in ${container}`;
  const usual = USUAL.get(rule);
  return usual === undefined
    ? `${kinds.map((kind) => NOUNS[kind]).join(' and ')}${where} by rule ${rule}`
    : usual + where;
}

function rank({ rule }: Breach): number {
  const place = [...USUAL.keys()].indexOf(rule);
  return place < 0 ? USUAL.size : place;
}

function order(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}

interface Compiled {
  readonly glob: (container: string) => boolean;
  readonly pattern: RegExp;
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
