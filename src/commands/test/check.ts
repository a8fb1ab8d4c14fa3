import { formatDuration } from '../../time/duration.ts';
import type { Counts, Kind } from '../../model.ts';
import type { ReplayResult } from '../../replay/replay-result.ts';
import { zero } from '../../operators/rolling-window.ts';
import type { Happening } from './happenings.ts';
import { epochOf, sinceBegin } from './moment.ts';
import type { Amount, Expectation } from './test-file.ts';

/** An expectation that was not met, in words: what was expected, and what was there instead. */
export interface Failure {
  readonly expected: string;
  readonly found: readonly string[];
}

/** The results of a replay. */
export interface Evidence {
  readonly happenings: readonly Happening[];
  /** Epoch milliseconds of the first event. */
  readonly began: number;
  readonly replay: ReplayResult;
}

/** How an expectation was not met; undefined if it was. */
export function failureOf(expectation: Expectation, evidence: Evidence): Failure | undefined {
  if ('at' in expectation) return momentFailure(expectation, evidence);
  if ('no' in expectation) return absenceFailure(expectation, evidence);
  if ('total' in expectation)
    return amountsFailure('in all', expectation.total, namedCounts(evidence.replay.counts));
  const of = (what: Happening['what']): number =>
    evidence.happenings.filter((item) => item.what === what).length;
  const incidents = evidence.replay.incidents.length;
  const found = { incidents, alerts: of('alert'), reports: of('report'), heals: of('heal') };
  return amountsFailure('in all', expectation, found);
}

type AtMoment = Extract<Expectation, { at: unknown }>;
type Absence = Extract<Expectation, { no: unknown }>;
type Amounts = Readonly<Partial<Record<string, Amount | undefined>>>;

/** How many of the nearest other happenings are shown. */
const NEAREST = 3;

function momentFailure(expectation: AtMoment, { happenings, began }: Evidence): Failure | undefined {
  const { what, does, says } = subjectOf(expectation);
  const at = epochOf(expectation.at, began);
  const { within } = expectation;
  const distance = (item: Happening): number => Math.abs(item.at - at);
  const alike = happenings
    .filter((item) => item.what === what && does(item) && says(item))
    .sort((a, b) => distance(a) - distance(b));
  const near = alike.filter((item) => distance(item) <= within);
  const limits = limitsOf(expectation);
  if (near.some((item) => unmet(limits, countsIn(item, expectation.in)).length === 0)) return undefined;

  const where = expectation.in === undefined ? '' : ` in ${expectation.in}`;
  const wanted = inWords(limits);
  const expected = `at ${expectation.at.text} ${described(expectation)}${wanted === '' ? '' : ` with ${wanted}${where}`}`;
  const [first] = near;
  if (first !== undefined) {
    const counts = countsIn(first, expectation.in);
    const found = unmet(limits, counts).map((name) => `${name} = ${counts[name] ?? 0}`);
    return {
      expected,
      found: [
        `at ${sinceBegin(first.at, began)} it does, with ${found.join(', ')}${where}`,
        ...strangers(expectation.in, first.tally),
      ],
    };
  }
  const others = alike.length > 0 ? alike : happenings.filter((item) => item.what === what && does(item));
  const shown = others.slice(0, NEAREST).map((item) => {
    const off = `${formatDuration(Math.max(1_000, Math.round(distance(item) / 1_000) * 1_000))} ${item.at < at ? 'earlier' : 'later'}`;
    return `at ${sinceBegin(item.at, began)} ${tell(item)}${alike.length > 0 ? ` (${off})` : ''}`;
  });
  return {
    expected,
    found: shown.length > 0 ? shown : [what === 'incident' ? 'no incident does' : `no ${what} at all`],
  };
}

function absenceFailure({ no, from, until }: Absence, { happenings, began }: Evidence): Failure | undefined {
  const first = from === undefined ? -Infinity : epochOf(from, began);
  const last = until === undefined ? Infinity : epochOf(until, began);
  const found = happenings.filter(
    (item) =>
      item.what === no && (no !== 'incident' || item.verb === 'opens') && item.at >= first && item.at <= last,
  );
  if (found.length === 0) return undefined;
  const span = [
    from === undefined ? '' : ` from ${from.text}`,
    until === undefined ? '' : ` until ${until.text}`,
  ];
  const shown = found.slice(0, NEAREST).map((item) => `at ${sinceBegin(item.at, began)} ${tell(item)}`);
  const more = found.length > NEAREST ? [`and ${found.length - NEAREST} more`] : [];
  return { expected: `no ${no}${span.join('')}`, found: [...shown, ...more] };
}

function amountsFailure(
  where: string,
  limits: Amounts,
  found: Readonly<Record<string, number>>,
): Failure | undefined {
  const missed = unmet(limits, found);
  if (missed.length === 0) return undefined;
  const of = Object.fromEntries(missed.map((name) => [name, limits[name]]));
  return {
    expected: `${inWords(of)} ${where}`,
    found: [missed.map((name) => `${name} = ${found[name] ?? 0}`).join(', ')],
  };
}

function subjectOf(expectation: AtMoment): {
  readonly what: Happening['what'];
  readonly does: (item: Happening) => boolean;
  readonly says: (item: Happening) => boolean;
} {
  if ('incident' in expectation) {
    const { incident, reason = '' } = expectation;
    return {
      what: 'incident',
      does: ({ verb }) => verb === incident,
      says: ({ text: said }) => said.includes(reason),
    };
  }
  const [what, part] =
    'alert' in expectation
      ? (['alert', expectation.alert] as const)
      : 'report' in expectation
        ? (['report', expectation.report] as const)
        : (['heal', expectation.heal] as const);
  return { what, does: () => true, says: ({ text: said }) => part === true || said.includes(part) };
}

function described(expectation: AtMoment): string {
  if ('incident' in expectation) {
    const { incident, reason } = expectation;
    return `an incident ${incident}${reason === undefined ? '' : ` because "${reason}"`}`;
  }
  if ('alert' in expectation) return withText('an alert', expectation.alert);
  if ('report' in expectation) return withText('a report', expectation.report);
  return withText('a heal', expectation.heal);
}

function withText(what: string, text: string | true): string {
  return text === true ? what : `${what} that says "${text}"`;
}

/** A happening in a line. */
export function tell({ what, verb, text }: Happening): string {
  const [line = ''] = text.split('\n');
  return what === 'incident' ? `the incident ${verb}: ${line}` : `${what}: ${line}`;
}

function limitsOf({ critical, errors, warnings, restarts }: AtMoment): Amounts {
  return { critical, errors, warnings, restarts };
}

function countsIn({ tally }: Happening, container: string | undefined): Readonly<Record<string, number>> {
  return namedCounts(container === undefined ? tally.counts : (tally.containers.get(container) ?? zero()));
}

/** Where else something was counted, if nothing was in the container that is meant: its name may be mistaken. */
function strangers(container: string | undefined, { containers }: Happening['tally']): readonly string[] {
  if (container === undefined || containers.has(container)) return [];
  return [`nothing was counted in ${container}, but in ${[...containers.keys()].sort().join(', ')}`];
}

function namedCounts(counts: Counts): Readonly<Record<string, number>> {
  const name = (kind: Kind): string => (kind === 'critical' ? kind : `${kind}s`);
  return Object.fromEntries(
    (['critical', 'error', 'warning', 'restart'] as const).map((kind) => [name(kind), counts[kind]]),
  );
}

/** The names whose count is not as it should be. */
function unmet(limits: Amounts, found: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(limits).flatMap(([name, limit]) =>
    limit === undefined || holds(found[name] ?? 0, limit) ? [] : [name],
  );
}

function inWords(limits: Amounts): string {
  return Object.entries(limits)
    .flatMap(([name, limit]) => (limit === undefined ? [] : [`${name} ${limit.operator} ${limit.value}`]))
    .join(', ');
}

function holds(found: number, { operator, value }: Amount): boolean {
  switch (operator) {
    case '>=':
      return found >= value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '<':
      return found < value;
    default:
      return found === value;
  }
}
