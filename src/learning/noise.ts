import { containerMatches } from '../incidents/rules.ts';
import type { Kind, Rule } from '../model.ts';
import type { Past, PastIncident } from './past.ts';

/** A message that makes up most of what a limit counts, and whose incidents have all gone by themselves. */
export interface Noise {
  readonly rule: string;
  readonly kind: Kind;
  readonly container: string;
  readonly fingerprint: string;
  readonly sample: string;
  readonly count: number;
  /** Of all that the limit has counted, from 0 to 1. */
  readonly share: number;
  /** How many incidents were about it first of all: at least one. */
  readonly incidents: number;
}

/** From this part on a message makes up most of a limit. */
const MOST = 0.6;

/** The message that is noise to a limit, if there is one. */
export function findNoise(
  rule: Rule,
  { hours, messages }: Pick<Past, 'hours' | 'messages'>,
  incidents: readonly PastIncident[],
): readonly Noise[] {
  const all = hours
    .filter(({ container }) => containerMatches(rule, container))
    .reduce((sum, { counts }) => sum + rule.kinds.reduce((own, kind) => own + counts[kind], 0), 0);
  return messages
    .filter(({ kind, container }) => rule.kinds.includes(kind) && containerMatches(rule, container))
    .flatMap(({ kind, container, fingerprint, sample, count }) => {
      const about = incidents.filter(({ messages: [first] }) => first?.fingerprint === fingerprint);
      const isHarmless = about.every(
        ({ resolvedAt, heals, escalated }) => resolvedAt !== undefined && heals === 0 && !escalated,
      );
      if (count < MOST * all || count === 0 || about.length === 0 || !isHarmless) return [];
      const share = Math.min(1, count / all);
      return [
        { rule: rule.name, kind, container, fingerprint, sample, count, share, incidents: about.length },
      ];
    });
}
