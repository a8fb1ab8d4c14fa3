import type { Config } from '../../config/config.ts';
import type { Breach, Rule } from '../../model.ts';

/**
 * Rules that come about in one way: one file in this folder, one line in the registry, one contract test
 * (`test/rule-kinds.test.ts`). Pure: what is counted comes in as signals, and the settings say what is too much.
 */
export interface RuleKind {
  /** What tests and messages of this program call it; no setting. */
  readonly name: string;
  /** The rules of this kind that the settings ask for, in the order in which people are told of them. */
  rulesOf(config: Config): readonly Rule[];
  /** What a breach of one of its rules is called in a message, on one line; undefined for a rule of another kind. */
  reasonOf(breach: Breach): string | undefined;
}
