import type { IncidentConfig } from '../config/config.ts';
import type { HealResult } from '../model.ts';
import type { CoreState, Healing } from './state.ts';

/**
 * The heals of this host once one more has ended at `end`. Heals that follow one another closely form a streak, and
 * each doubles the cooldown before the next, up to `cooldownMax`. After an interrupted one (`unknown`) the cooldown
 * is only `settle`: a stack that was stopped half way must not stay down for a quarter of an hour.
 */
export function afterHeal(
  { starts, streak }: Healing,
  result: HealResult,
  end: number,
  { cooldown, cooldownMax, settle }: IncidentConfig,
): Healing {
  const length = result === 'unknown' ? settle : Math.min(cooldown * 2 ** streak, cooldownMax);
  return { starts, streak: streak + 1, lastEnd: end, lastCooldown: length, cooldownUntil: end + length };
}

/**
 * Without the streak, if the last heal ended long enough ago: at least `streakReset`, and twice its cooldown. Checked
 * only when an incident opens or reopens.
 */
export function calmedDown({ healing, now }: CoreState, { streakReset }: IncidentConfig): Healing {
  const reset = Math.max(streakReset, 2 * healing.lastCooldown);
  return healing.streak > 0 && now >= healing.lastEnd + reset ? { ...healing, streak: 0 } : healing;
}
