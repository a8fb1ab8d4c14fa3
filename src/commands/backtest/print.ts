import type { Counts, Kind } from '../../model.ts';
import type { Firing, VariantResult } from './variants.ts';

const CONTAINERS_SHOWN = 3;

/** The variants side by side, then for each the times it would have alerted and healed, by rule and container. */
export function printBacktest(results: readonly VariantResult[]): string {
  const [first] = results;
  if (first === undefined) return '';
  const { lines, containers, counts, began, span } = first.replay;
  const head = [
    `${lines} lines of ${containers} containers${began === null ? '' : ` since ${minute(began)}, ${(span / 3_600).toFixed(1)} h`}`,
    `${counts.critical} critical, ${counts.error} errors, ${counts.restart} restarts in all`,
  ];
  const width = Math.max(...results.map(({ name }) => name.length));
  const table = [
    `${''.padEnd(width)}  incidents  alerts  heals`,
    ...results.map(({ name, firings, replay }) => {
      const of = (what: Firing['what']): string =>
        String(firings.filter((item) => item.what === what).length);
      const incidents = String(replay.incidents.length).padStart(9);
      return `${name.padEnd(width)}  ${incidents}  ${of('alert').padStart(6)}  ${of('heal').padStart(5)}`;
    }),
  ];
  return [...head, '', ...table, '', ...results.flatMap(timeline)].join('\n');
}

function timeline({ name, limits, firings }: VariantResult): string[] {
  const { critical, errors, restarts } = limits;
  return [
    `${name} (critical >= ${critical}, errors >= ${errors}, restarts >= ${restarts})`,
    ...(firings.length === 0
      ? ['  nothing would have happened']
      : firings.map((firing) => `  ${tell(firing)}`)),
    '',
  ];
}

function tell({ at, what, breaches, containers }: Firing): string {
  const time = `${minute(at)}:${at.slice(17, 19)}`;
  if (what === 'heal') return `${time}  heal`;
  const rules = breaches.map(({ rule, count, limit }) => `${rule} ${count} >= ${limit}`).join(', ');
  const shown = containers.slice(0, CONTAINERS_SHOWN).map(([name, counts]) => `${name} (${inWords(counts)})`);
  const more = containers.length > CONTAINERS_SHOWN ? `, ${containers.length - CONTAINERS_SHOWN} more` : '';
  return `${time}  alert  ${rules}  in ${shown.join(', ')}${more}`;
}

const WORDS: readonly (readonly [Kind, string])[] = [
  ['critical', 'critical'],
  ['error', 'errors'],
  ['restart', 'restarts'],
];

function inWords(counts: Counts): string {
  const told = WORDS.flatMap(([kind, word]) => (counts[kind] === 0 ? [] : [`${counts[kind]} ${word}`]));
  return told.length === 0 ? 'warnings only' : told.join(', ');
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}
