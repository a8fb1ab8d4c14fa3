import type { Config, IncidentConfig } from '../config/config.ts';
import type { Rule, Signal } from '../model.ts';
import { rulesOf } from './rules.ts';

/** What the core decides by: the settings, and the rules that call for anything at all. Derived once, where settings are taken up. */
export interface Policy {
  readonly config: Config;
  readonly incident: IncidentConfig;
  readonly rules: ReadonlyMap<string, Rule>;
  /** All rules, those that call for nothing too: they are counted for display. */
  readonly shownRules: readonly Rule[];
  /** Whether a heal is configured. */
  readonly canHeal: boolean;
  /** The longest window of any rule, and at least that of all, in milliseconds. */
  readonly longestWindow: number;
}

/** The policy of a configuration. Rules without effects are left out: they are counted for display only. */
export function policyOf(config: Config, rules: readonly Rule[] = rulesOf(config)): Policy {
  return {
    config,
    incident: config.incident,
    rules: new Map(rules.filter((rule) => rule.effects.length > 0).map((rule) => [rule.name, rule])),
    shownRules: rules,
    canHeal: config.heal.action === 'restart' || config.heal.command.length > 0,
    longestWindow: Math.max(config.window, ...rules.map((rule) => rule.window)),
  };
}

/** Whether the signal is evidence at all: of the restarts, only those with a cause that counts. */
export function isEvidence({ config }: Policy, signal: Signal): boolean {
  return signal.cause === undefined || config.restarts.count.includes(signal.cause);
}

/**
 * How many signals a span may hold and still be quiet: half the limit's rate (`resolveRatio`), rounded down. Always
 * less than the limit itself, so that what is quiet is no breach.
 */
export function quietLimit({ incident }: Policy, window: number, limit: number, span: number): number {
  return Math.min(limit - 1, Math.floor((limit * span * incident.resolveRatio) / window));
}
