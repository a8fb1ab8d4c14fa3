import type { Level } from '../model.ts';
import { ATTACHED, CRITICAL, ERROR, INFO, NONE, WARNING } from './levels.ts';

/**
 * Every rule that can give a verdict, in the words people see. A scanner answers with `rule * 8 + level` (0: it found
 * nothing), so that a verdict is a table look-up.
 */
export const RULES = [
  'nothing suspicious',
  'level token',
  'level letter',
  'syslog priority',
  'level field of a JSON line',
  'level field of a logfmt line',
  'network device severity',
  'access log',
  'symbol',
  'crash shape',
  'words',
  'words found but not counted',
  'continuation',
  'error field of a JSON line',
  'words of a JSON message',
  'blank',
  'level column of the stream',
  'error field of a logfmt line',
  'a client that was refused',
  'trouble that is over',
  'answer of a market',
] as const;

export type RuleName = (typeof RULES)[number];

const INDEX: ReadonlyMap<RuleName, number> = new Map(RULES.map((name, index) => [name, index]));

/** Packs a rule and a level code; nothing for level NONE. */
export function found(rule: RuleName, level: number): number {
  return level === NONE ? 0 : (INDEX.get(rule) ?? 0) * 8 + level;
}

/** The level code of a packed answer. */
export function levelOf(packed: number): number {
  return packed & 7;
}

/** The rule of a packed answer. */
export function ruleOf(packed: number): RuleName {
  return RULES[packed >> 3] ?? 'nothing suspicious';
}

/** A level code as the model names it; an attached line has no level of its own. */
export function levelName(code: number): Level {
  switch (code) {
    case CRITICAL:
      return 'critical';
    case ERROR:
      return 'error';
    case WARNING:
      return 'warning';
    case NONE:
    case INFO:
    case ATTACHED:
    default:
      return 'info';
  }
}
