import type { Config } from '../../config/config.ts';
import type { Breach, EffectKind } from '../../model.ts';
import type { RuleKind } from './rule-kind.ts';

/** What containers and engines are, not what they log: nothing is counted, and `src/incidents/states.ts` says what holds. */
export const states: RuleKind = {
  name: 'states',
  rulesOf: () => [],
  reasonOf: ({ detail }: Breach) => detail,
};

/** A rule about what a container, an engine or the host is: its state is told once it has lasted for `after` milliseconds. */
export interface StateRule {
  readonly after: number;
  readonly effects: readonly EffectKind[];
}

/** The rules about states that the settings ask for, by name; one whose name a rule of the operator's has is left out. */
export function stateRulesOf(
  { states: settings }: Config,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, StateRule> {
  return new Map(
    Object.entries({ ...settings, clock: { ...settings.clock, after: 0 }, silence: undefined }).flatMap(
      ([name, setting]) =>
        setting === undefined || setting.tell === 'off' || taken.has(name)
          ? []
          : [[name, { after: setting.after, effects: effectsOf(setting.tell) }] as const],
    ),
  );
}

/** What follows from a state or from the silence of the host, by how loudly it is to be told. */
export function effectsOf(tell: 'off' | 'note' | 'alert'): readonly EffectKind[] {
  if (tell === 'off') return [];
  return tell === 'note' ? ['report'] : ['alert', 'report'];
}
