import picomatch from 'picomatch';
import type { ClassifyRule } from '../config/config.ts';
import { compilePattern } from './user-pattern.ts';
import type { Verdict } from './verdict.ts';

/** The user's rules as one function: the first rule that matches gives the verdict; undefined where none does. */
export type UserRules = (text: string, container: string) => Verdict | undefined;

interface Compiled {
  readonly verdict: Verdict;
  readonly container: (name: string) => boolean;
  readonly matches: (text: string) => boolean;
}

/** The verdict of every ignored line: it neither counts nor is sampled. */
const ignored: Verdict = Object.freeze({ level: 'info', event: false, rule: 'ignored by a rule' });

/**
 * Compiles `classify.rules`; undefined when there are none. `ignore` rules come first whatever their order, the others
 * in theirs. All parts a rule names must match.
 * @throws RangeError with the place of the first rule that cannot be used.
 */
export function compileRules(rules: readonly ClassifyRule[]): UserRules | undefined {
  if (rules.length === 0) return undefined;
  const compiled = rules.map(compile);
  const ordered = [
    ...compiled.filter((rule) => rule.verdict === ignored),
    ...compiled.filter((rule) => rule.verdict !== ignored),
  ];
  return (text, container) =>
    ordered.find((rule) => rule.container(container) && rule.matches(text))?.verdict;
}

function compile(rule: ClassifyRule, index: number): Compiled {
  const place = `classify.rules[${index}]`;
  const { level, text, pattern, field, containers } = rule;
  if (text === undefined && pattern === undefined && field === undefined && containers.length === 0) {
    throw new RangeError(`${place}: a rule needs at least one of text, pattern, field and containers`);
  }
  const verdict =
    level === 'ignore'
      ? ignored
      : Object.freeze({ level, event: true, rule: `your rule ${place} (${level})` });
  const expression = pattern === undefined ? undefined : compilePattern(pattern, `${place}.pattern`);
  const value = field === undefined ? undefined : fieldPattern(field.name, field.equals);
  return {
    verdict,
    container: containers.length === 0 ? () => true : picomatch([...containers]),
    matches: (line) =>
      (text === undefined || line.includes(text)) &&
      (value?.test(line) ?? true) &&
      (expression?.test(line) ?? true),
  };
}

/** `"name": "value"` in a JSON line or `name=value` in a logfmt line, with or without quotes. */
function fieldPattern(name: string, value: string): RegExp {
  const key = RegExp.escape(name);
  const wanted = RegExp.escape(value);
  return new RegExp(
    `"${key}"\\s*:\\s*(?:"${wanted}"|${wanted}(?=\\s*[,}\\]]))|(?:^|\\s)${key}=(?:"${wanted}"|${wanted}(?=\\s|$))`,
  );
}
