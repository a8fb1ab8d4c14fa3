import type { IncidentConfig } from '../config/config.ts';
import type { HealResult } from '../model.ts';
import type { CoreState, Healing } from './state.ts';

/**
 * What is known of heals once one has ended: each that follows another closely doubles the pause before the next, up
 * to a cap. After an interrupted one the pause is only the settling: a stack that was stopped half way must not stay so.
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

/** The streak of heals is forgotten as a whole once the last one lies far enough back. Looked at when one opens. */
export function calmedDown({ healing, now }: CoreState, { streakReset }: IncidentConfig): Healing {
  const reset = Math.max(streakReset, 2 * healing.lastCooldown);
  return healing.streak > 0 && now >= healing.lastEnd + reset ? { ...healing, streak: 0 } : healing;
}
