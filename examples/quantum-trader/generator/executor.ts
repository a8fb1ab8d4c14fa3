import { entry, routine, signals, traps, type Entry, type Level } from './entry.ts';
import { HOSTS, INSTRUMENTS, orderId, price, quantity, side } from './market.ts';
import { END, GOOD_TIMES, isDown, RESTARTED, START } from './plan.ts';
import type { Random } from './random.ts';
import { isoStamp } from './stamps.ts';

const NAMES = { critical: 'fatal', error: 'error', warning: 'warning', info: 'info' } as const;

/** The executor: Go and logrus with its text formatter, which sorts the fields by name. */
export function executor(chance: Random): readonly Entry[] {
  const say = (
    at: number,
    level: Level,
    msg: string,
    fields: Readonly<Record<string, string | number>> = {},
  ) => {
    const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
    const values = sorted.map(([name, value]) => ` ${name}=${quoted(String(value))}`).join('');
    return `time="${isoStamp(at)}" level=${NAMES[level]} msg=${quoted(msg)}${values}`;
  };
  const info = (at: number, msg: string, fields: Readonly<Record<string, string | number>>): Entry => ({
    at,
    level: 'info',
    text: say(at, 'info', msg, fields),
  });

  const trade = (at: number): readonly Entry[] => {
    const instrument = chance.pick(INSTRUMENTS);
    const order = { order: orderId(chance), symbol: instrument.symbol };
    const terms = { side: side(chance), qty: quantity(chance, instrument) };
    const took = chance.int(14, 90);
    return [
      info(at, 'order sent', { ...order, ...terms, px: price(chance, instrument) }),
      info(at + took, 'order filled', { ...order, fee: `0.0${chance.int(100, 999)}`, ms: took }),
    ];
  };
  const daily = (at: number): readonly Entry[] | Entry => {
    if (chance.chance(0.55)) return trade(at);
    const { symbol } = chance.pick(INSTRUMENTS);
    return chance.chance(0.5)
      ? info(at, 'position marked', {
          symbol,
          upnl: `${chance.pick(['', '-'])}${chance.int(1, 240)}.${chance.int(10, 99)}`,
        })
      : info(at, 'funding accrued', { symbol, rate: `0.0000${chance.int(10, 98)}` });
  };
  const starved = (at: number) =>
    info(at, 'order held back', { reason: 'journal unavailable', symbol: chance.pick(INSTRUMENTS).symbol });

  const journal = (at: number) => {
    const target = `failed to connect to \`host=quantum_postgres user=postgres database=quantum\``;
    const cause =
      at < RESTARTED + 1_400
        ? `dial error (dial tcp ${HOSTS.postgres}:5432: connect: connection refused)`
        : 'server error (FATAL: database "quantum" does not exist (SQLSTATE 3D000))';
    return say(at, 'error', 'journal write not acknowledged', {
      error: `${target}: ${cause}`,
      order: orderId(chance),
    });
  };
  const late = (at: number) =>
    say(at, 'error', 'order state unknown after timeout, queried again', {
      order: orderId(chance),
      symbol: chance.pick(INSTRUMENTS).symbol,
    });
  const slow = (at: number) =>
    say(at, 'warning', 'exchange round trip above 400 ms', { ms: chance.int(401, 910), venue: 'binance' });

  return [
    ...routine(chance, START, END, 2_200, (at) => (isDown(at) ? starved(at) : daily(at))),
    ...signals(chance, 'quantum_executor', (phase, level, at) =>
      entry(at, level, level === 'warning' ? slow : phase === 'healthy' || phase === 'calm' ? late : journal),
    ),
    ...traps(chance, GOOD_TIMES, 5, [
      (at) => say(at, 'info', 'error handler registered', { path: '/api' }),
      (at) =>
        say(at, 'info', 'reconciled with exchange', { errors: 0, failed: 0, orders: chance.int(20, 90) }),
      (at) =>
        say(at, 'info', 'socket reconnected', {
          last_error: 'websocket: close 1006 (abnormal closure): unexpected EOF',
        }),
      (at) => say(at, 'info', 'non-fatal: clock offset corrected', { offset_ms: chance.int(2, 9) }),
      (at) => say(at, 'info', 'started with restart=always, restarts=0'),
    ]),
  ];
}

/** Logrus leaves a value bare if it consists of letters, digits and `-._/@^+`. */
const quoted = (value: string) => (/^[\w\-./@^+]+$/.test(value) ? value : JSON.stringify(value));
