import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sign } from '../../src/model.ts';
import { seededRandom } from '../soak/seeded-random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When the generated weeks begin: a Monday. */
export const BEGAN = Date.UTC(2025, 10, 3);

/** Something that goes wrong, and how it should be told. `at` is in milliseconds since `BEGAN`. */
export interface Fault {
  readonly sign: Sign;
  readonly at: number;
  readonly container: string;
  /** Part of what is told. */
  readonly about: string;
  readonly kind: FaultKind;
}

export type FaultKind =
  'new error' | 'error is back' | 'outburst' | 'slow leak' | 'silent' | 'deploy' | 'noisy neighbour';

const CONTAINERS = [
  'ai_engine',
  'executor',
  'gateway',
  'risk',
  'signals',
  'journal',
  'bot_momentum',
  'bot_grid',
].map((name) => `quantum_${name}`);

/** Errors that a container has now and then: forty on the whole host. */
const KNOWN = [
  'order rejected by exchange: margin is insufficient',
  'price feed reconnecting after timeout',
  'stale candle dropped for strategy',
  'journal write retried',
  'rate limit of the exchange reached',
];

interface Written {
  readonly at: number;
  readonly container: string;
  readonly text: string;
}

/**
 * Writes weeks of a trading host as `docker logs -t` files: each container says something every half minute or so and has
 * its known errors, more by day than by night, in small bursts. Faults come on top; the same seed writes the same bytes.
 */
export function writeWeeks(dir: string, seed: number, weeks: number, faults: readonly Fault[]): void {
  const random = fractions(seed);
  const lines: Written[] = [];
  const chance = (from: number, to: number): number => from + random() * (to - from);
  for (const container of CONTAINERS) {
    const silentFrom = Math.min(
      ...faults.filter((one) => one.kind === 'silent' && one.container === container).map(({ at }) => at),
      Infinity,
    );
    const end = Math.min(weeks * 7 * DAY, silentFrom);
    for (let at = chance(0, 30_000); at < end; at += chance(20_000, 100_000))
      lines.push({ at, container, text: 'INFO cycle complete' });
    for (let at = chance(0, HOUR); at < end; at += waitFor(random, at)) {
      const text = KNOWN[Math.floor(random() * KNOWN.length)] ?? '';
      const burst = random() < 0.15 ? Math.ceil(chance(2, 4)) : 1;
      for (let n = 0; n < burst; n++)
        lines.push({
          at: at + n * chance(500, 4_000),
          container,
          text: `ERROR ${text} id=${Math.floor(random() * 1e6)}`,
        });
    }
  }
  for (const fault of faults) lines.push(...linesOf(fault, random, weeks * 7 * DAY));
  mkdirSync(dir, { recursive: true });
  for (const container of CONTAINERS) {
    const own = lines.filter((line) => line.container === container).sort((a, b) => a.at - b.at);
    const stamped = own.map(
      ({ at, text }) => `${new Date(BEGAN + at).toISOString().slice(0, 23)}000000Z ${text}\n`,
    );
    writeFileSync(join(dir, `${container}.log`), stamped.join(''));
  }
}

/** Numbers from 0 up to, not including, 1. */
function fractions(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random.between(0, 2 ** 32) / 2 ** 32;
}

/** Until the next error: two an hour by night and six by day, at random. */
function waitFor(random: () => number, at: number): number {
  const hour = (at % DAY) / HOUR;
  const perHour = 4 - 2 * Math.cos((2 * Math.PI * hour) / 24);
  return (-Math.log(1 - random()) * HOUR) / perHour;
}

function linesOf(
  { kind, at, container, about }: Fault,
  random: () => number,
  end: number,
): readonly Written[] {
  const some = (count: number, span: number, text: string): readonly Written[] =>
    Array.from({ length: count }, () => ({ at: at + random() * span, container, text }));
  switch (kind) {
    case 'new error':
      return some(6, 4 * MINUTE, `ERROR ${about}`);
    case 'error is back':
      return [
        ...some(6, 4 * MINUTE, `ERROR ${about}`),
        { at: at - 8 * DAY, container, text: `ERROR ${about}` },
      ];
    case 'outburst':
    case 'noisy neighbour':
      return some(60, 8 * MINUTE, `ERROR ${about} id=12`);
    case 'deploy':
      return Array.from({ length: 30 }, (_, n) =>
        some(4, 5 * MINUTE, `ERROR ${about} ${'abcdefghijklmnopqrstuvwxyzABCD'[n] ?? ''}x`),
      ).flat();
    case 'slow leak': {
      const lines: Written[] = [];
      for (let hour = 0; at + hour * HOUR < end; hour++)
        for (let n = 0; n < hour / 4; n++)
          lines.push({ at: at + (hour + random()) * HOUR, container, text: `ERROR ${about} id=${n}` });
      return lines;
    }
    case 'silent':
      return [];
  }
}

/** Two weeks of a trading host: calm, a deploy, a slow leak, a new error among forty known ones, a silent bot, a noisy neighbour. */
export const TRADING_HOST: readonly Fault[] = [
  ...([
    {
      sign: 'new',
      kind: 'new error',
      at: 8 * DAY + 10.2 * HOUR,
      container: 'quantum_executor',
      about: 'liquidation price crossed before the stop',
    },
    {
      sign: 'new',
      kind: 'deploy',
      at: 9 * DAY + 14 * HOUR,
      container: 'quantum_gateway',
      about: 'unknown field in message of kind',
    },
    {
      sign: 'rate',
      kind: 'slow leak',
      at: 9 * DAY,
      container: 'quantum_ai_engine',
      about: 'price feed reconnecting after timeout',
    },
    {
      sign: 'rate',
      kind: 'noisy neighbour',
      at: 10 * DAY + 9 * HOUR,
      container: 'quantum_journal',
      about: 'journal write retried',
    },
    {
      sign: 'back',
      kind: 'error is back',
      at: 11 * DAY + 3 * HOUR,
      container: 'quantum_risk',
      about: 'exposure table is locked by another session',
    },
    {
      sign: 'silent',
      kind: 'silent',
      at: 12 * DAY + 22 * HOUR,
      container: 'quantum_bot_grid',
      about: 'silent for',
    },
  ] as const),
];

/** Thirty faults of the kinds that come at once, at random places of the second week. */
export function thirtyFaults(seed: number): readonly Fault[] {
  const random = fractions(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const speaking = CONTAINERS.slice(0, 6);
  return Array.from({ length: 30 }, (_, n): Fault => {
    const at = 8 * DAY + n * 4 * HOUR + random() * HOUR;
    const container = pick(speaking) ?? '';
    if (n % 3 === 0)
      return { sign: 'new', kind: 'new error', at, container, about: `${WORDS[n] ?? ''} lost its lease` };
    if (n % 3 === 1)
      return {
        sign: 'back',
        kind: 'error is back',
        at,
        container,
        about: `${WORDS[n] ?? ''} is not in the book`,
      };
    // The same six hours of one container would be told once.
    const other = speaking[n % 6] ?? '';
    return { sign: 'rate', kind: 'outburst', at, container: other, about: pick(KNOWN) ?? '' };
  });
}

const WORDS =
  'amber basil cedar delta ember fjord grove haven inlet jade karst lotus maple north ocean pearl quill raven slate tulip umber vivid willow xenon yarrow zephyr birch coral dune elm'.split(
    ' ',
  );
