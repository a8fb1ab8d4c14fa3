import { configured } from './configured.ts';
import { rate, seenAgain, seenFirst, silent } from './learned.ts';
import { limits } from './limits.ts';
import type { RuleKind } from './rule-kind.ts';
import { silence } from './silence.ts';
import { states } from './states.ts';

/**
 * All kinds of rules. The order matters twice: a rule takes the place of an earlier one of its name, and the first kind
 * that knows a breach names its reason. So what the operator has configured comes last.
 */
export const RULE_KINDS: readonly RuleKind[] = [
  states,
  limits,
  silence,
  seenFirst,
  seenAgain,
  rate,
  silent,
  configured,
];
