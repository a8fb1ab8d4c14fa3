import { formatDuration } from '../../time/duration.ts';
import type { Breach } from '../../model.ts';
import { counted } from '../../text/plain.ts';
import type { Firing, VariantResult } from './variants.ts';

const CONTAINERS_SHOWN = 3;

/** The variants side by side, then for each the times it would have alerted and healed, by rule and container. */
export function printBacktest(results: readonly VariantResult[]): string {
  const [first] = results;
  if (first === undefined) return '';
  const width = Math.max(...results.map(({ name }) => name.length));
  return [
    ...aboutBacktest(results),
    '',
    `${''.padEnd(width)}  incidents  alerts  heals`,
    ...results.map((result) => row(result, width)),
    '',
    ...results.flatMap(timeline),
    ...first.replay.assumptions.map((assumption) => `Assumed: ${assumption}.`),
    '',
  ].join('\n');
}

/** What was read: how much, of how many, since when, and what of it counts. */
export function aboutBacktest([first]: readonly VariantResult[]): readonly string[] {
  if (first === undefined) return [];
  const { lines, containers, counts, began, span } = first.replay;
  const since =
    began === null ? '' : ` from ${dateTime(began)} UTC on, ${formatDuration(Math.round(span) * 1_000)}`;
  return [
    `${counted(lines, 'line')} of ${counted(containers, 'container')}${since}`,
    `${counts.critical} critical, ${counted(counts.error, 'error')}, ${counted(counts.restart, 'restart')} in all`,
  ];
}

function row({ name, firings, replay }: VariantResult, width: number): string {
  const alerts = firings.filter(({ what, part }) => what === 'alert' && part !== 'resolved').length;
  const heals = firings.filter(({ what }) => what === 'heal').length;
  const cell = (count: number, columns: number): string => String(count).padStart(columns);
  return `${name.padEnd(width)}  ${cell(replay.incidents.length, 9)}  ${cell(alerts, 6)}  ${cell(heals, 5)}`;
}

function timeline({ name, limits, firings }: VariantResult): string[] {
  const { critical, errors, restarts } = limits;
  return [
    `${name} (critical >= ${critical}, errors >= ${errors}, restarts >= ${restarts})`,
    ...(firings.length === 0 ? ['  nothing would have happened'] : firings.flatMap(tell)),
    '',
  ];
}

/** One firing; an alert with a line for every breached rule. */
function tell({ at, what, part, breaches, containers }: Firing): string[] {
  const time = `  ${dateTime(at)}`;
  if (what === 'heal') return [`${time}  heal`];
  if (part === 'resolved') return [`${time}  resolved`];
  const word = part === 'opened' ? 'alert' : `alert (${part})`;
  const [first = '', ...others] = breaches.map((breach) => blame(breach, containers));
  return [
    `${time}  ${word}  ${first}`,
    ...others.map((text) => `${''.padEnd(time.length + 2 + word.length)}  ${text}`),
  ];
}

/** `errors 54 >= 50: quantum_ai_engine 22, quantum_gateway 9, quantum_executor 7, 2 more`. */
function blame({ rule, kinds, count, limit }: Breach, containers: Firing['containers']): string {
  const shares = containers
    .map(([name, counts]) => ({ name, share: kinds.reduce((sum, kind) => sum + counts[kind], 0) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const more = shares.length - CONTAINERS_SHOWN;
  const shown = shares.slice(0, CONTAINERS_SHOWN).map(({ name, share }) => `${name} ${share}`);
  return `${rule} ${count} >= ${limit}: ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
}

/** `2025-12-17 16:18:07` of an ISO moment. */
function dateTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
