import type { Between, LimitAdvice } from '../../learning/advice.ts';
import { table } from '../../control/table.ts';
import { counted, localDateTime } from '../../text/plain.ts';
import { safeLine } from '../../text/safe-text.ts';
import type { FoundAdvice } from './advice-for.ts';

/** A limit of which less than this part was ever reached came never near. */
const NEAR = 0.1;

/** Advice as people read it. */
export function adviceText(advice: FoundAdvice): string {
  const { from, until, limits, untried, noise, heals, contradictions } = advice;
  const far = limits.filter(({ most, limit }) => most < limit * NEAR);
  const isUnsure = limits.some(({ rows }) => rows.some(({ incidents: [least, most] }) => least !== most));
  const out = [
    `From ${localDateTime(Date.parse(from))} to ${localDateTime(Date.parse(until))}, by counts of whole minutes.`,
    ...limits.flatMap(limitTable),
    ...(isUnsure
      ? ['', 'Where two numbers stand, minutes cannot decide: backtest can, on what logs still hold.']
      : []),
    ...section(
      'Not tried',
      untried.map(({ rule, reason }) => `${rule}: ${reason}; backtest tries it`),
    ),
    ...noise.flatMap(({ rule, share, count, container, sample, incidents, entry }) => [
      ...section(`Noise in ${rule}`, [
        `${Math.round(share * 100)} % of it (${count}) is one message of ${container}: ${sample}`,
        `${counted(incidents, 'incident')} about it, and each has gone by itself. Under classify.rules:`,
      ]),
      `    ${entry}`,
    ]),
    ...section(
      'Never came near',
      far.map(({ rule, limit, most }) => `${rule}: at most ${most} of ${limit} within a window`),
    ),
    ...section(
      'Heals',
      heals.run === 0 ? [] : [`${heals.helped} of ${heals.run} helped${heals.helped === 0 ? NEVER : ''}`],
    ),
    ...section('Contradictions', contradictions),
  ];
  return out.map((line) => `${safeLine(line)}\n`).join('');
}

const NEVER = ': what heal.command or heal.action does is not what these incidents need';

function limitTable({ rule, limit, most, rows }: LimitAdvice): readonly string[] {
  const columns = ['limit', 'incidents', 'alerts', 'heals'].map((title) => ({ title, right: true }));
  const cells = rows
    .toSorted((a, b) => a.limit - b.limit)
    .map((row) => [
      `${row.limit === limit ? 'now ' : ''}${row.limit}`,
      ...[row.incidents, row.alerts, row.heals].map(inWords),
    ]);
  return [
    '',
    `${rule}: at most ${most} within a window`,
    ...table(columns, cells, Infinity).map((line) => `  ${line}`),
  ];
}

function inWords([least, most]: Between): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
