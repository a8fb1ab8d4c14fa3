import type { IncidentSnapshot } from '../../model.ts';
import { quoteLine } from './quote.ts';

/** So much of a limit, within so many milliseconds, is more likely one happening than many. */
const SHARE = 0.8;
const BURST = 5_000;

/** Characters of a container's name. */
const NAME = 80;

/**
 * What to do where one message alone has reached most of the only limit within seconds, and next to nothing else
 * happened, which one logger in a loop does as well as a failure: a sentence for the message that opens an incident;
 * empty where it was not so.
 */
export function oneMessage({ breaches, deciding }: Pick<IncidentSnapshot, 'breaches' | 'deciding'>): string {
  const [breach, ...others] = breaches;
  if (breach === undefined || deciding === undefined || others.length > 0) return '';
  const all = deciding.groups.reduce((total, { count }) => total + count, 0);
  const group = deciding.groups.find(({ count }) => count > 1 && count > SHARE * Math.max(breach.limit, all));
  if (group === undefined || group.kind === 'restart' || group.last - group.first > BURST) return '';
  const seconds = Math.max(1, Math.ceil((group.last - group.first) / 1_000));
  return (
    `One message alone came ${group.count} times within ${seconds} s (the limit is ${breach.limit}). If it is harmless: ` +
    `\`quantum-realtime classify --learn --container ${quoteLine(group.container, NAME)}\` prints the rule.`
  );
}
