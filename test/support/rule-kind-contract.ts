import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import { reasonText, ruleMatches, rulesOf } from '../../src/incidents/rules.ts';
import type { RuleKind } from '../../src/incidents/rules/rule-kind.ts';
import type { Breach, Signal } from '../../src/model.ts';

/** What shows a kind of rules at work. */
export interface RuleKindExample {
  /** Settings, as they stand in a file, under which the kind has rules. */
  readonly settings: object;
  /** Signals by the name of the rule that counts them: each of its rules has some. */
  readonly counted: Readonly<Record<string, Signal>>;
  /** What people read of a breach of each rule: seven signals where five are allowed. */
  readonly reasons: Readonly<Record<string, string>>;
}

const DAY = 24 * 60 * 60 * 1_000;

/** What every kind of rules must do, whatever it counts. */
export function ruleKindContract(kind: RuleKind, example: RuleKindExample): void {
  describe(`rules of the kind ${kind.name}, as every kind`, () => {
    const config = configSchema.parse(example.settings);
    const rules = kind.rulesOf(config);

    test('are those of the example, each name once, and all of them are in force', () => {
      expect(rules.map(({ name }) => name)).toEqual(Object.keys(example.counted));
      expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
      expect(rulesOf(config)).toEqual(expect.arrayContaining([...rules]));
    });

    test('can be reached, within a window of a second to a week, and call for something', () => {
      for (const rule of rules) {
        expect(Number.isInteger(rule.limit) && rule.limit >= 1).toBe(true);
        expect(rule.window).toBeGreaterThanOrEqual(1_000);
        expect(rule.window).toBeLessThanOrEqual(7 * DAY);
        expect(rule.effects).not.toEqual([]);
        expect(rule.key).toMatch(/^[\w.-]+$/);
      }
    });

    test('are the same over two readings of the settings, and plain data', () => {
      expect(kind.rulesOf(configSchema.parse(example.settings))).toEqual(rules);
      expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
    });

    test.each(Object.entries(example.counted))('count their own signals: %s', (name, signal) => {
      const rule = rules.find((one) => one.name === name);
      expect(rule === undefined ? 'no such rule' : ruleMatches(rule, signal)).toBe(true);
      const others = { ...signal, kind: signal.kind === 'warning' ? 'error' : 'warning' } as const;
      expect(rule === undefined ? 'no such rule' : ruleMatches(rule, others)).toBe(false);
    });

    test.each(Object.entries(example.reasons))('say why in one line of their own: %s', (name, reason) => {
      const rule = rules.find((one) => one.name === name);
      if (rule === undefined) throw new Error(`no rule ${name}`);
      const breach: Breach = { rule: name, kinds: rule.kinds, count: 7, limit: 5 };
      expect(kind.reasonOf(breach)).toBe(reason);
      expect(reason).not.toContain('\n');
      expect(reasonText([breach])).toBe(reason);
    });
  });
}
