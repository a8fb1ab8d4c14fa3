import type { Config } from '../config/config.ts';
import type { Rule } from '../model.ts';
import { exactDuration } from '../time/duration.ts';

/** Settings that are each valid and work against each other, in words. */
export function contradictions(
  { incident, heal, window, alerts, learning }: Config,
  rules: readonly Rule[],
  canHeal: boolean,
): readonly string[] {
  const length = exactDuration;
  const longest = Math.max(window, ...rules.map((rule) => rule.window));
  const says: readonly (readonly [boolean, string])[] = [
    [
      !canHeal && rules.some(({ name, effects }) => !LIMITS.has(name) && effects.includes('heal')),
      'a rule asks for a heal, and no heal is configured (heal.command or heal.action)',
    ],
    [
      canHeal && incident.budget < incident.maxAttempts,
      `incident.budget (${incident.budget}) is below incident.maxAttempts (${incident.maxAttempts}): the last attempts are never made`,
    ],
    [
      incident.cooldown > incident.cooldownMax,
      `incident.cooldown (${length(incident.cooldown)}) is above incident.cooldownMax (${length(incident.cooldownMax)})`,
    ],
    [
      canHeal && heal.timeout > incident.verifyMax,
      `heal.timeout (${length(heal.timeout)}) is longer than incident.verifyMax (${length(incident.verifyMax)}), in which its effect is looked for`,
    ],
    [
      incident.freshness > longest,
      `incident.freshness (${length(incident.freshness)}) is longer than every window (${length(longest)}): it keeps no heal from starting`,
    ],
    [
      incident.reminder > incident.reminderMax,
      `incident.reminder (${length(incident.reminder)}) is above incident.reminderMax (${length(incident.reminderMax)})`,
    ],
    [
      alerts.webhook === '' && alerts.channels.length === 0,
      'rules alert, and no channel is configured (QT_ALERT_WEBHOOK or alerts.channels): nobody is told',
    ],
    [
      learning.window > 3_600_000,
      `learning.window (${length(learning.window)}) is longer than an hour: a message that takes so long to be frequent is not new any more`,
    ],
  ];
  return says.flatMap(([isSo, text]) => (isSo ? [text] : []));
}

/** The three limits ask for a heal by themselves. */
const LIMITS: ReadonlySet<string> = new Set(['critical', 'errors', 'restarts']);
