/** What a decision looks at: plain values, gathered from state, settings and evidence at one moment. */
export interface Situation {
  readonly healConfigured: boolean;
  /** Whether a rule that was breached calls for a heal. */
  readonly healWanted: boolean;
  readonly paused: boolean;
  /** Whether what calls for a heal is still going on, as far as is known. */
  readonly fresh: boolean;
  /** Whether the last attempt could not be run at all. */
  readonly commandBroken: boolean;
  readonly attemptsLeft: boolean;
  readonly budgetLeft: boolean;
  readonly coolingDown: boolean;
  readonly queueFull: boolean;
}

/** Where an incident goes once a limit is breached (T3 to T6), and the reason that log, report and messages carry. */
export interface Decision {
  readonly to: 'verifying' | 'escalated' | 'cooldown' | 'queued';
  readonly reason: DecisionReason;
}

export type DecisionReason =
  | 'no heal is configured'
  | 'no breached rule calls for a heal'
  | 'healing is paused'
  | 'the evidence is not fresh'
  | 'the heal command cannot be run'
  | 'all attempts are spent'
  | "the day's heals are spent"
  | 'too many heals are waiting'
  | 'the last heal is too recent'
  | 'a heal is due';

/** Decides what a breach leads to. The first reason that applies wins. */
export function decide(situation: Situation): Decision {
  if (!situation.healConfigured) return { to: 'verifying', reason: 'no heal is configured' };
  if (!situation.healWanted) return { to: 'verifying', reason: 'no breached rule calls for a heal' };
  if (situation.paused) return { to: 'verifying', reason: 'healing is paused' };
  if (!situation.fresh) return { to: 'verifying', reason: 'the evidence is not fresh' };
  if (situation.commandBroken) return { to: 'escalated', reason: 'the heal command cannot be run' };
  if (!situation.attemptsLeft) return { to: 'escalated', reason: 'all attempts are spent' };
  if (!situation.budgetLeft) return { to: 'escalated', reason: "the day's heals are spent" };
  if (situation.coolingDown) return { to: 'cooldown', reason: 'the last heal is too recent' };
  if (situation.queueFull) return { to: 'escalated', reason: 'too many heals are waiting' };
  return { to: 'queued', reason: 'a heal is due' };
}
