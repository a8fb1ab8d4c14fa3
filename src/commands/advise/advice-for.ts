import { canHeal } from '../../config/can-heal.ts';
import type { Config } from '../../config/config.ts';
import { pastIncidents } from '../../history/past-incidents.ts';
import { readPast } from '../../history/read-past.ts';
import { rulesOf } from '../../incidents/rules.ts';
import { type Advice, adviceOf } from '../../learning/advice.ts';
import { tryRule } from '../../replay/try-rule.ts';
import { ruleFor } from '../classify/rule-for.ts';

const DAY = 86_400_000;

/** Counts by the minute, and of messages by the hour, are kept for so long. */
const MINUTES_KEPT = 14 * DAY;
const MESSAGES_KEPT = 8 * DAY;

/** Advice, the span it is drawn from (ISO 8601), and for each noise an entry for `classify.rules`. */
export interface FoundAdvice extends Omit<Advice, 'noise'> {
  readonly from: string;
  readonly until: string;
  readonly noise: readonly (Advice['noise'][number] & { readonly entry: string })[];
}

/** Advice by the history and the incidents of a state directory. Throws where there is no history. */
export function adviceFor(dir: string, config: Config, since: number, now: number): FoundAdvice {
  const wanted = now - Math.min(since, MINUTES_KEPT);
  const past = readPast(dir, wanted, now);
  const from = Math.max(wanted, past.began ?? now);
  const lately = Math.max(from, now - MESSAGES_KEPT);
  const advice = adviceOf({
    past: { ...past, hours: past.hours.filter(({ at }) => at >= lately - 3_600_000) },
    incidents: pastIncidents(dir, from, now),
    rules: rulesOf(config),
    config,
    canHeal: canHeal(config.heal),
    tryRule: (rule) => tryRule(rule, past.minutes, config, now),
  });
  return {
    from: new Date(from).toISOString(),
    until: new Date(now).toISOString(),
    ...advice,
    noise: advice.noise.map((one) => ({ ...one, entry: entryFor(one) })),
  };
}

function entryFor({ fingerprint, sample, container, kind, count }: Advice['noise'][number]): string {
  const level = kind === 'critical' ? 'critical' : 'error';
  const seen = { level, rule: '', evidence: '', count, burst: 0 } as const;
  return ruleFor({ ...seen, fingerprint, sample, containers: new Set([container]) }, 'warning');
}
