import type { Level } from '../model.ts';
import { ATTACHED, NONE } from './levels.ts';
import { RULES, levelName } from './rules.ts';

/**
 * What was decided about one line. `event` is false for a continuation of the entry above and for a blank line: they
 * count nothing. `rule` names what decided; `evidence` is the deciding piece of text, given only by `explain`.
 */
export interface Verdict {
  readonly level: Level;
  readonly event: boolean;
  readonly rule: string;
  readonly evidence?: string;
}

/** A verdict for every packed answer, made once: judging a line allocates none. */
export const VERDICTS: readonly Verdict[] = RULES.flatMap((rule) =>
  Array.from({ length: 8 }, (_, level) =>
    Object.freeze({ level: levelName(level), event: level !== ATTACHED && level !== NONE, rule }),
  ),
);

const continuations = new Map<Level, Verdict>(
  (['critical', 'error', 'warning', 'info'] as const).map((level) => [
    level,
    Object.freeze({ level, event: false, rule: 'continuation' }),
  ]),
);

/** A line that belongs to the entry above, whose level it shares. */
export function continuationOf(level: number): Verdict {
  return continuations.get(levelName(level)) ?? HARMLESS;
}

/** A line without anything suspicious. */
export const HARMLESS: Verdict = Object.freeze({ level: 'info', event: true, rule: 'nothing suspicious' });

/** An empty line: part of whatever stands above it. */
export const BLANK: Verdict = Object.freeze({ level: 'info', event: false, rule: 'blank' });
