import { canHeal } from '../config/can-heal.ts';
import type { Config, IncidentConfig } from '../config/config.ts';
import type { Rule, Signal } from '../model.ts';
import { quietUntil } from '../time/quiet-hours.ts';
import { rulesOf } from './rules.ts';
import type { Maintenance } from './silences.ts';
import { type StateRule, stateRulesOf } from './rules/states.ts';

/** What the core decides by: the settings, and the rules that have any effect. Derived once, when settings are loaded. */
export interface Policy {
  readonly config: Config;
  readonly incident: IncidentConfig;
  readonly rules: ReadonlyMap<string, Rule>;
  /** All rules, those without effects too: what they count is shown. */
  readonly shownRules: readonly Rule[];
  /** The rules about what containers and engines are, by name: nothing is counted for them. */
  readonly states: ReadonlyMap<string, StateRule>;
  /** The silences of the settings, which come again and again. */
  readonly maintenance: readonly Maintenance[];
  /** Whether a heal is configured. */
  readonly canHeal: boolean;
  /** The longest window of any rule, and at least that of all, in milliseconds. */
  readonly longestWindow: number;
}

/** The policy of a configuration. Rules without effects are left out: what they count is only shown. */
export function policyOf(config: Config, rules: readonly Rule[] = rulesOf(config)): Policy {
  return {
    config,
    incident: config.incident,
    rules: new Map(rules.filter((rule) => rule.effects.length > 0).map((rule) => [rule.name, rule])),
    shownRules: rules,
    states: stateRulesOf(config, new Set(rules.map(({ name }) => name))),
    maintenance: config.maintenance.map(({ hours, zone, match, why }, index) => ({
      ...{ id: `maintenance[${index}]`, why, untilAt: quietUntil(hours, zone) },
      ...{ containers: match.container, rules: match.rule, kinds: match.kind, pattern: match.pattern },
    })),
    canHeal: canHeal(config.heal),
    longestWindow: Math.max(config.window, ...rules.map((rule) => rule.window)),
  };
}

/** Whether a signal is evidence. Restarts are if their cause is one of `restarts.count`; all other signals are. */
export function isEvidence({ config }: Policy, signal: Signal): boolean {
  return signal.cause === undefined || config.restarts.count.includes(signal.cause);
}

/**
 * How many signals a span may hold and still be calm: the limit's rate times `resolveRatio`, rounded down. Always
 * less than the limit itself, so that what is calm is never a breach.
 */
export function quietLimit({ incident }: Policy, window: number, limit: number, span: number): number {
  return Math.min(limit - 1, Math.floor((limit * span * incident.resolveRatio) / window));
}
