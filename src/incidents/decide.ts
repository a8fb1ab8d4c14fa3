/** What a decision depends on: plain values, collected from state, settings and evidence at one moment. */
export interface Situation {
  readonly healConfigured: boolean;
  /** Whether a breached rule has the effect `heal`. */
  readonly healWanted: boolean;
  readonly paused: boolean;
  /** Whether the state can be stored: a heal of which nothing is on disk might be run again after a crash. */
  readonly storable: boolean;
  /** Whether the evidence for a heal is recent enough (`freshness`), or its containers are dead. */
  readonly fresh: boolean;
  /** Whether the command of the last attempt could not be run at all. */
  readonly commandBroken: boolean;
  readonly attemptsLeft: boolean;
  readonly budgetLeft: boolean;
  readonly coolingDown: boolean;
  /** Whether no limit is breached, and what it is about are states. */
  readonly statesOnly: boolean;
  readonly queueFull: boolean;
}

/**
 * Where an incident goes once a limit is breached (T3 to T6 in docs/reference/incident-transitions.md), and the
 * reason that log, report and messages carry.
 */
export interface Decision {
  readonly to: 'verifying' | 'escalated' | 'cooldown' | 'queued' | 'holding';
  readonly reason: DecisionReason;
}

export type DecisionReason =
  | 'no heal is configured'
  | 'no breached rule calls for a heal'
  | 'healing is paused'
  | 'the state cannot be stored'
  | 'the evidence is not fresh'
  | 'the heal command cannot be run'
  | 'all attempts are spent'
  | "the day's heals are spent"
  | 'too many heals are waiting'
  | 'the last heal is too recent'
  | 'a heal is due'
  | 'it is about a state, for which no heal is run';

/** Decides what a breach leads to. The first reason that applies wins. */
export function decide(situation: Situation): Decision {
  if (situation.statesOnly) return { to: 'holding', reason: 'it is about a state, for which no heal is run' };
  if (!situation.healConfigured) return { to: 'verifying', reason: 'no heal is configured' };
  if (!situation.healWanted) return { to: 'verifying', reason: 'no breached rule calls for a heal' };
  if (situation.paused) return { to: 'verifying', reason: 'healing is paused' };
  if (!situation.storable) return { to: 'verifying', reason: 'the state cannot be stored' };
  if (!situation.fresh) return { to: 'verifying', reason: 'the evidence is not fresh' };
  if (situation.commandBroken) return { to: 'escalated', reason: 'the heal command cannot be run' };
  if (!situation.attemptsLeft) return { to: 'escalated', reason: 'all attempts are spent' };
  if (!situation.budgetLeft) return { to: 'escalated', reason: "the day's heals are spent" };
  if (situation.coolingDown) return { to: 'cooldown', reason: 'the last heal is too recent' };
  if (situation.queueFull) return { to: 'escalated', reason: 'too many heals are waiting' };
  return { to: 'queued', reason: 'a heal is due' };
}
