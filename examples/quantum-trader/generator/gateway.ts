import { entry, routine, signals, traps, type Entry, type Level } from './entry.ts';
import { HOSTS, INSTRUMENTS, MODEL, orderId, price, quantity, side } from './market.ts';
import { DOWN, END, GOOD_TIMES, isDown, RESTARTED, START } from './plan.ts';
import type { Random } from './random.ts';

const NUMBERS = { critical: 60, error: 50, warning: 40, info: 30 } as const;

/** The order gateway: Node 22 and pino, one JSON object a line, levels as numbers. */
export function gateway(chance: Random): readonly Entry[] {
  const say = (at: number, level: Level, fields: object, msg: string): string =>
    JSON.stringify({ level: NUMBERS[level], time: at, pid: 1, hostname: 'a4c9e17b02d5', ...fields, msg });
  const info = (at: number, fields: object, msg: string): Entry => ({
    at,
    level: 'info',
    text: say(at, 'info', fields, msg),
  });
  const request = () => `req-${chance.hex(4)}`;

  const accepted = (at: number): Entry => {
    const instrument = chance.pick(INSTRUMENTS);
    const order = { orderId: orderId(chance), symbol: instrument.symbol, side: side(chance) };
    return info(
      at,
      { ...order, qty: quantity(chance, instrument), px: price(chance, instrument), error: null },
      'order accepted',
    );
  };
  const daily = (at: number): Entry => {
    const { symbol } = chance.pick(INSTRUMENTS);
    switch (chance.int(0, 5)) {
      case 0:
        return info(
          at,
          { symbol, rate: `0.0000${chance.int(10, 98)}`, nextAt: '2025-12-18T00:00:00.000Z' },
          'funding rate',
        );
      case 1:
        return info(
          at,
          { stream: `${symbol.toLowerCase()}@bookTicker`, lagMs: chance.int(3, 41), failed: 0 },
          'market stream ok',
        );
      case 2:
        return info(
          at,
          { reqId: request(), res: { statusCode: 200 }, responseTime: chance.int(2, 40) },
          'request completed',
        );
      case 3:
        return info(
          at,
          { model: MODEL, symbol, side: side(chance), confidence: chance.int(51, 93) / 100 },
          'signal received',
        );
      default:
        return accepted(at);
    }
  };
  const starved = (at: number) =>
    chance.chance(0.4)
      ? info(
          at,
          { reqId: request(), res: { statusCode: 503 }, responseTime: chance.int(2, 9) },
          'request completed',
        )
      : info(
          at,
          { stream: `${chance.pick(INSTRUMENTS).symbol.toLowerCase()}@bookTicker`, lagMs: chance.int(3, 41) },
          'market stream ok',
        );

  const refusal = (at: number) => {
    const gone = at < RESTARTED + 1_400;
    const message = gone
      ? `connect ECONNREFUSED ${HOSTS.postgres}:5432`
      : 'database "quantum" does not exist';
    const stack = gone
      ? `Error: ${message}\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1634:16)`
      : `error: ${message}\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:285:98)`;
    const err = gone
      ? { type: 'Error', message, stack, errno: -111, code: 'ECONNREFUSED', syscall: 'connect' }
      : { type: 'DatabaseError', message, stack, severity: 'FATAL', code: '3D000', routine: 'InitPostgres' };
    return say(at, 'error', { reqId: request(), err }, 'order could not be journalled');
  };
  const rejected = (at: number) =>
    say(
      at,
      'error',
      { orderId: orderId(chance), exchange: 'binance', code: -2019, error: 'Margin is insufficient.' },
      'order rejected by exchange',
    );

  return [
    ...routine(chance, START, END, 1_420, (at) => (isDown(at) ? starved(at) : daily(at))),
    ...signals(chance, 'quantum_gateway', (phase, level, at) => {
      const write =
        level === 'critical'
          ? () =>
              say(
                at,
                level,
                { queued: chance.int(40, 900), journal: 'down' },
                'order intake halted: journal unavailable',
              )
          : level === 'warning'
            ? () => say(at, level, { queued: chance.int(200, 800), limit: 1_000 }, 'intake queue above 20 %')
            : phase === 'healthy' || phase === 'calm'
              ? rejected
              : refusal;
      return entry(at, level, write);
    }),
    info(
      DOWN - 240_000,
      { policy: 'restart=always', restarts: 0 },
      'container policy restart=always, restarts=0',
    ),
    ...traps(chance, GOOD_TIMES, 5, [
      () => `GET /error 200 ${chance.int(2, 9)}.${chance.int(100, 999)} ms - 27`,
      (at) => say(at, 'info', { route: '/api/orders' }, 'error handler registered'),
      (at) => say(at, 'info', { status: 'ok', error: null, errors: [] }, 'reconciliation finished, 0 errors'),
      (at) => say(at, 'info', { policy: 'restart=always' }, 'engine policy checked, restart=always'),
      (at) =>
        say(
          at,
          'info',
          { last: { code: 'ECONNRESET', level: 'error' } },
          'exchange socket is back after failure',
        ),
      () => `fills backfill finished: processed=${chance.int(100, 999)} skipped=3 failed=0`,
    ]),
  ];
}
