import type { Activity, Judged, Sign, Signal } from '../../src/model.ts';
import { shownLine } from '../../src/operators/shown-line.ts';
import { seededRandom } from '../soak/seeded-random.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When the generated fortnight begins: a Monday. */
const BEGAN = Date.UTC(2025, 10, 3);

/** A fault as it was put in: what should be told of it, where, from when on, and for how long it may take (milliseconds). */
export interface PutIn {
  readonly kind: string;
  readonly sign: Sign;
  readonly container: string;
  readonly at: number;
  readonly within: number;
}

interface FaultKind {
  readonly name: string;
  readonly sign: Sign;
  /** How many lines, spread over how long. Of a silent container no line, for so long. */
  readonly count: number;
  readonly over: number;
  /** The line; `n` counts them. Left out: one that is known. */
  readonly text?: (n: number) => string;
  readonly kind?: 'critical';
  readonly hour?: number;
}

type Row = readonly [name: string, count: number, over: number, text: (n: number) => string];

/** Thirty kinds: words that occur nowhere else, so that each is a message of its own. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...(
    [
      ['thrice in a minute', 3, MINUTE, () => 'ERROR ledger sealed by another node'],
      ['thrice in nine minutes', 3, 9 * MINUTE, () => 'ERROR withdrawal stuck at the bridge'],
      ['once a minute', 10, 10 * MINUTE, () => 'ERROR quote arrived before its market'],
      ['a hundred in 20 s', 100, 20 * SECOND, () => 'ERROR queue overflows'],
      ['with numbers that differ', 5, 3 * MINUTE, (n) => `ERROR position ${n * 917} has no owner`],
      ['with addresses that differ', 5, 3 * MINUTE, (n) => `ERROR peer 10.0.${n}.7:${4_000 + n} hung up`],
      ['with times that differ', 5, 3 * MINUTE, (n) => `ERROR snapshot of 2025-11-11T0${n}:00:00Z is torn`],
      [
        'with identifiers that differ',
        5,
        3 * MINUTE,
        (n) => `ERROR session 5f3a${n}c9e-1b2d-4c3e-8f4a-0a1b2c3d4e5f expired early`,
      ],
      ['an HTTP status', 4, 4 * MINUTE, () => 'ERROR settlement answered HTTP 502'],
      ['an SQLSTATE', 4, 4 * MINUTE, () => 'ERROR deadlock detected (SQLSTATE 40P01)'],
      ['an exception', 4, 4 * MINUTE, () => 'ERROR KeyringLockedException: open it first'],
      ['a JSON line', 4, 4 * MINUTE, (n) => `{"level":"error","msg":"hedge leg missing","leg":${n}}`],
      ['logfmt', 4, 4 * MINUTE, (n) => `level=error msg="oracle disagrees" round=${n}`],
      ['a long line', 4, 4 * MINUTE, () => `ERROR stack of the matcher is ${'deep '.repeat(300)}`],
    ] satisfies readonly Row[]
  ).map(([name, count, over, text]) => ({ name: `new: ${name}`, sign: 'new' as const, count, over, text })),
  {
    name: 'new: critical',
    sign: 'new',
    count: 3,
    over: 2 * MINUTE,
    kind: 'critical',
    text: () => 'CRITICAL vault is open',
  },
  {
    name: 'new: by night',
    sign: 'new',
    count: 4,
    over: 4 * MINUTE,
    hour: 3,
    text: () => 'ERROR nightly roll failed',
  },
  ...(
    [
      ['thrice in a minute', 3, MINUTE, () => 'ERROR tax lot is unknown'],
      ['slowly', 3, 9 * MINUTE, () => 'ERROR margin call bounced'],
      ['a hundred in 20 s', 100, 20 * SECOND, () => 'ERROR cache lost its shard'],
      ['with numbers that differ', 5, 3 * MINUTE, (n) => `ERROR basket ${n * 31} has no weights`],
      ['a JSON line', 4, 4 * MINUTE, (n) => `{"level":"error","msg":"venue closed early","venue":${n}}`],
    ] satisfies readonly Row[]
  ).map(([name, count, over, text]) => ({ name: `back: ${name}`, sign: 'back' as const, count, over, text })),
  ...(
    [
      ['60 in 8 min', 60, 8 * MINUTE],
      ['15 in 9 min', 15, 9 * MINUTE],
      ['40 in 30 s', 40, 30 * SECOND],
      ['every 10 s for an hour', 360, HOUR],
      ['200 in 5 min', 200, 5 * MINUTE],
    ] as const
  ).map(([name, count, over]) => ({ name: `rate: ${name}`, sign: 'rate' as const, count, over })),
  { name: 'rate: by night', sign: 'rate', count: 30, over: 9 * MINUTE, hour: 3 },
  { name: 'silent: for an hour', sign: 'silent', count: 0, over: HOUR },
  { name: 'silent: by night', sign: 'silent', count: 0, over: HOUR, hour: 3 },
  { name: 'silent: for half an hour', sign: 'silent', count: 0, over: 30 * MINUTE },
];

const CONTAINERS = ['engine', 'executor', 'gateway', 'risk', 'signals', 'journal', 'momentum', 'grid'];
const KNOWN = [
  'order rejected by the exchange',
  'feed reconnecting',
  'stale candle dropped',
  'write retried',
  'rate limit reached',
];

/**
 * A fortnight of a host of eight containers as the learner sees it, in order of time: each speaks every minute or two, and has its
 * known errors as `seeded-weeks.ts` has them. With `faults` one of each of the thirty kinds is put into its second week.
 */
export function fortnight(
  seed: number,
  faults: boolean,
): { readonly items: readonly Judged[]; readonly put: readonly PutIn[] } {
  const numbers = seededRandom(seed);
  const random = (): number => numbers.between(0, 2 ** 32) / 2 ** 32;
  const items: Judged[] = [];
  const put = faults ? FAULT_KINDS.map((kind, n) => placed(kind, n, random)) : [];
  const isSilent = (container: string, at: number): boolean =>
    put.some(
      (one) =>
        one.sign === 'silent' &&
        one.container === container &&
        at >= one.at &&
        at < one.at + overOf(one.kind),
    );
  for (const container of CONTAINERS) {
    let before = 0;
    for (let at = BEGAN + random() * MINUTE; at < BEGAN + 14 * DAY; at += MINUTE * (1 + random())) {
      if (isSilent(container, at)) continue;
      items.push(spoke(container, at, before));
      before = at;
    }
    for (let at = BEGAN + random() * HOUR; at < BEGAN + 14 * DAY; at += wait(random, at)) {
      const text = `ERROR ${KNOWN[Math.floor(random() * KNOWN.length)] ?? ''}`;
      const burst = random() < 0.15 ? 2 + Math.floor(random() * 3) : 1;
      for (let n = 0; n < burst; n++)
        if (!isSilent(container, at)) items.push(error(container, at + n * 2 * SECOND, text));
    }
  }
  for (const [n, { container, at }] of put.entries()) {
    const {
      sign,
      count,
      over,
      kind = 'error',
      text = () => `ERROR ${KNOWN[n % KNOWN.length] ?? ''}`,
    } = FAULT_KINDS[n] ?? never();
    for (let one = 0; one < count; one++)
      items.push(error(container, at + (one * over) / count, text(one), kind));
    if (sign === 'back') items.push(error(container, at - 8 * DAY, text(1), kind));
  }
  return { items: items.sort((a, b) => a.at - b.at), put };
}

/** One every four hours and a half from the ninth day on, at a random moment; by night at its hour. */
function placed({ name, sign, hour, over, count }: FaultKind, n: number, random: () => number): PutIn {
  const free = BEGAN + 8 * DAY + n * 4.5 * HOUR + random() * HOUR;
  const at = hour === undefined ? free : free - (free % DAY) + hour * HOUR + random() * HOUR;
  // Of ten pauses of two minutes nobody can tell within ten minutes.
  const within = sign === 'silent' ? 25 * MINUTE : 10 * MINUTE;
  const container = CONTAINERS[n % CONTAINERS.length] ?? '';
  return {
    kind: name,
    sign,
    container,
    at,
    within: Math.max(within, count > 0 && over < HOUR ? over + MINUTE : 0),
  };
}

function overOf(name: string): number {
  return FAULT_KINDS.find((one) => one.name === name)?.over ?? 0;
}

/** Two errors an hour by night, six by day, at random. */
function wait(random: () => number, at: number): number {
  const perHour = 4 - 2 * Math.cos((2 * Math.PI * (at % DAY)) / DAY);
  return (-Math.log(1 - random()) * HOUR) / perHour;
}

function spoke(container: string, at: number, from: number): Activity {
  return { type: 'activity', at, source: 'docker', container, from };
}

function error(container: string, at: number, line: string, kind: 'error' | 'critical' = 'error'): Signal {
  return {
    type: 'signal',
    kind,
    at,
    source: 'docker',
    container,
    labels: {},
    ...shownLine(line),
    rule: 'generated',
  };
}

function never(): never {
  throw new Error('there is no such kind of faults');
}
