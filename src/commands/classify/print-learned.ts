import type { Config } from '../../config/config.ts';
import { type Learned, type Summary, BURST, shareOfLimit } from './learned.ts';
import { ruleFor } from './rule-for.ts';

/** So many messages that count are shown, and so many of information. */
const SHOWN = 40;
const INFO = 5;

/** Longest sample shown (UTF-16 units). */
const SAMPLE = 160;

/**
 * What has been learned, for people: the messages that count by how often they came, each with the rule that would
 * keep it from counting; then the commonest of information, each with the rule that would make it count.
 */
export function printLearned({ lines, entries, messages }: Summary, limits: Config['limits']): string {
  const counting = messages.filter(({ level }) => level !== 'info');
  const harmless = messages.slice(counting.length);
  const counted = counting.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    `${number(lines)} lines, ${number(entries)} entries, ${number(counted)} of them counted as ${number(counting.length)} different messages`,
    ...counting.slice(0, SHOWN).map((message) => block(message, 'info', limits)),
  ];
  if (counting.length > SHOWN) parts.push(`… and ${number(counting.length - SHOWN)} more that count`);
  if (harmless.length > 0) {
    parts.push('Judged as information, the commonest; the rule would make it count:');
    parts.push(...harmless.slice(0, INFO).map((message) => block(message, 'error', limits)));
  }
  if (counting.length > 0)
    parts.push(
      "Rules go under 'classify: rules:' in the configuration; 'level: ignore' leaves a message out altogether.",
    );
  return `${parts.join('\n\n')}\n`;
}

function block(message: Learned, level: string, limits: Config['limits']): string {
  const { count, rule, evidence, sample } = message;
  const why =
    evidence === '' || evidence === sample ? rule : `${rule}: ${JSON.stringify(evidence.slice(0, 60))}`;
  const lines = [
    `${number(count).padStart(8)} × ${message.level}  (${why})`,
    `           ${sample.length > SAMPLE ? `${sample.slice(0, SAMPLE - 1)}…` : sample}`,
    `           ${ruleFor(message, level)}`,
  ];
  const reached = shareOfLimit(message, {
    critical: numberOf(limits.critical),
    errors: numberOf(limits.errors),
  });
  if (reached !== undefined) {
    const { kind, limit, share } = reached;
    const name = kind === 'critical' ? `${limit} critical events` : `${limit} errors`;
    lines.splice(
      2,
      0,
      `           alone ${Math.round(100 * share)} % of the limit of ${name} within ${BURST / 1_000} s: ` +
        'if it is one happening, or harmless, this rule keeps it from opening an incident',
    );
  }
  return lines.join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** A limit that is off is never reached. */
function numberOf(limit: number | 'off'): number {
  return limit === 'off' ? Infinity : limit;
}
